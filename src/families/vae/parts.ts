/** The names of the parts that are trained. */

/** The autoencoder; it lies under this name in a folder too. */
export const partName = 'vae'
/** The law's width, which the folder's `tweedie.json` holds. */
export const lawPart = 'law'
