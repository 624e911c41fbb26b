export const label = {} as const
