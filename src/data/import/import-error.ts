/** A file that cannot be imported at all; one line says why and what to do. */
export class ImportError extends Error {}
