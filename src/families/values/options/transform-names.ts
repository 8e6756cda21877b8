/** The names of transforms of images, which help needs without their code. */

/** Ways in which images are transformed in training, in the order in which they are done. */
export const transformNames = Object.freeze([
  'mirror',
  'upside-down',
  'scale',
  'turn',
  'tilt',
  'stretch',
  'shift',
] as const)

/** One of them. */
export type TransformName = (typeof transformNames)[number]

/** Those that are done unless others are named: they leave letters and digits what they are. */
export const usualTransforms: readonly TransformName[] = Object.freeze(['scale', 'tilt', 'stretch', 'shift'])
