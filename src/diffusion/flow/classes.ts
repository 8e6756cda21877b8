/** The names of flows, apart from what they are, so that help need not load that. */

/** The names that model folders and specifications give flows. */
export const flowClasses = Object.freeze(['CouplingFlow', 'AutoregressiveFlow', 'GlowFlow', 'TarFlow'] as const)

/** The name of a flow. */
export type FlowClass = (typeof flowClasses)[number]

/** Whether a name is that of a flow. */
export function isFlowClass(name: string): name is FlowClass {
  return flowClasses.some((each) => each === name)
}
