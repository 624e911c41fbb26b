/** What an insertion mode says of a tag. */
export type Verdict = 0 | 1 | 2 | 3 | 4
/** It is dealt with, or means nothing there. */
export const DONE = 0
/** It is to be looked at again in the mode that is now set. */
export const AGAIN = 1
export const AS_IN_BODY = 2
/** As in the body, but what stands directly in a table comes before that table. */
export const FOSTERED = 3
/** The element is to be opened as it is. */
export const OPENED = 4
