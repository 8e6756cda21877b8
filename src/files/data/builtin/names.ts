/** The names of built-in data sets, without what makes them. */

export const movingNames = ['moving-digits', 'moving-shapes'] as const
export const cloudNames = ['solids', 'digit-clouds'] as const
export const densityNames = ['eight-gaussians', 'moons', 'swiss-roll', 'checkerboard', 'pinwheel', 'circles'] as const
export const systemNames = ['lorenz63', 'lorenz96', 'kolmogorov', 'ar1'] as const

/** Sets of videos. */
export type MovingName = (typeof movingNames)[number]

/** Sets of clouds. */
export type CloudName = (typeof cloudNames)[number]

/** Densities in the plane. */
export type DensityName = (typeof densityNames)[number]

/** Simulated systems, whose windows are items. */
export type SystemName = (typeof systemNames)[number]

export type BuiltinName = 'glyphs' | 'shapes' | 'scenes' | MovingName | CloudName | DensityName | SystemName

/** The names of the built-in sets: images first, then videos and clouds. */
export const builtinNames: readonly BuiltinName[] = Object.freeze([
  'glyphs',
  'shapes',
  'scenes',
  ...movingNames,
  ...cloudNames,
  ...densityNames,
  ...systemNames,
])

/** Whether there is a built-in set of that name. */
export const isBuiltinName = isOneOf(builtinNames)
export const isMovingName = isOneOf(movingNames)
export const isCloudName = isOneOf(cloudNames)
export const isSystemName = isOneOf(systemNames)

function isOneOf<Name extends string>(names: readonly Name[]): (name: string) => name is Name {
  return (name): name is Name => (names as readonly string[]).includes(name)
}
