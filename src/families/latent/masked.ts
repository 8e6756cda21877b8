/** The condition of a U-Net for inpainting: the mask, 1 where something is to be filled in, and the codes of the picture without it. */

/** Its name. */
export const maskedName = 'masked'
