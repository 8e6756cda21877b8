/** The class of network that the option `network` knows. */
export const className = 'HierarchicalMLP'

/** All names. */
export const classNames: readonly string[] = Object.freeze([className])
