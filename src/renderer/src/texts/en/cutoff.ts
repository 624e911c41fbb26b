export const cutoff = {} as const
