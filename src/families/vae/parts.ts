/** The name of the part that is trained: the autoencoder, which lies under this name in a folder too. */
export const partName = 'vae'
