/** Autoencoders by what they are made of, and by class: what the option `network` knows. */

/** The classes. */
export const classes = Object.freeze({ mlp: 'MLPAutoencoder', conv: 'AutoencoderKL' })

/** All names. */
export const classNames: readonly string[] = Object.freeze([...Object.keys(classes), ...Object.values(classes)])

/** The class of a name. */
export function classOf(name: string): string {
  return Object.hasOwn(classes, name) ? classes[name as keyof typeof classes] : name
}
