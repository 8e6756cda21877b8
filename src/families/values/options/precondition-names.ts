/** What may stand before a network. */
export const preconditions = ['gaussian', 'none'] as const

export type PreconditionName = (typeof preconditions)[number]
