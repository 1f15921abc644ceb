/** The invitation's token: behind #, which is sent to no server and stands in no log. */
export const invitationToken = (): string => decodeURIComponent(location.hash.slice(1));
