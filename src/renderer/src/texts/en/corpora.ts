export const corpora = {} as const
