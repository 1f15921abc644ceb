/** Whether a moment, as the database tells it, has passed; null never does. */
export const hasPassed = (moment: string | null): boolean =>
  moment !== null && Date.parse(moment) <= Date.now();
