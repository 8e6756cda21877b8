/** Plots as SVG text: axes, marks and panels, no more than the figures of the documentation need. */
export { figure, type Key, type Mark, type Panel } from './figure.ts'
export { arrows, bars, colors, curve, dots, line, palette, plane, rampTo } from './marks.ts'
export type { Axis } from './scale.ts'
