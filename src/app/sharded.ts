/** The commands whose work may be shared by processes that need not know each other. */
export const shardedCommands = ['sample', 'restore', 'edit', 'predict', 'assimilate', 'eval'] as const

/** One of them. */
export type ShardedCommand = (typeof shardedCommands)[number]
