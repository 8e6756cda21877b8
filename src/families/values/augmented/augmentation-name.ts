/** The name of the condition by which a network is told how its pictures were transformed. */
export const augmentationName = 'augmentation'
