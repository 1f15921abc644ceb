/** A value that is there, or will be: whoever would await it always would make every request wait for nothing. */
export type Soon<Value> = Value | Promise<Value>;

/** Goes on with the value: at once, when it is there. */
export function soon<Value, Result>(
  value: Soon<Value>,
  goOn: (value: Value) => Soon<Result>,
): Soon<Result> {
  return value instanceof Promise ? value.then(goOn) : goOn(value);
}

/** Goes on with all values: at once, when all are there. */
export function allSoon<Value, Result>(
  values: readonly Soon<Value>[],
  goOn: (values: Value[]) => Soon<Result>,
): Soon<Result> {
  return values.some((value) => value instanceof Promise)
    ? Promise.all(values).then(goOn)
    : goOn(values as Value[]);
}
