/** The networks that diffusers knows as U-Nets, and the names of the parts that they are. */

/** The classes of U-Nets that lie in `unet/` and load in diffusers as they are. */
const unetClasses = ['UNet2DModel', 'UNet2DConditionModel'] as const

/** The name of such a class. */
export type UNetClass = (typeof unetClasses)[number]

/** Whether diffusers knows a class as a U-Net. */
export function isUNetClass(className: string): className is UNetClass {
  return (unetClasses as readonly string[]).includes(className)
}

/** The name of the main part, by the class of its network. */
export function mainName(className: string): 'unet' | 'network' {
  return isUNetClass(className) ? 'unet' : 'network'
}
