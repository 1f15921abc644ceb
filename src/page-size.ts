/** Size of a page that nobody asked a size for, and the largest; also the most items of a plain list. */
export const DEFAULT_PAGE_SIZE = 20;
export const MAX_PAGE_SIZE = 100;
