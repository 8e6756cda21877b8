/** What `tweedie restore` offers, known without loading what it stands for. */
import type { PosteriorMethodName } from '../diffusion/guidance/methods.ts'

export const restoreTasks = ['inpaint', 'super-resolution', 'deblur', 'denoise', 'colorize'] as const
const methods: Readonly<Record<PosteriorMethodName, 0>> = { mmps: 0, pigdm: 0, dps: 0, ddrm: 0, repaint: 0, diffpir: 0 }
export const restoreMethods = Object.keys(methods) as PosteriorMethodName[]
