/** The schedules side by side: signal, noise, and the log signal-to-noise ratio. */
import {
  cosineSchedule,
  edmSchedule,
  namedTable,
  rectifiedFlow,
  shifted,
  subVpSchedule,
  tableSchedule,
  veSchedule,
  vpSchedule,
} from '../../src/diffusion/noise/index.ts'
import { curve, figure, palette } from './plot/index.ts'

const shown = [
  ['VP, linear β', vpSchedule()],
  ['sub-VP', subVpSchedule()],
  ['cosine', cosineSchedule()],
  ['table squaredcos_cap_v2', tableSchedule(namedTable('squaredcos_cap_v2'))],
  ['rectified flow', rectifiedFlow()],
  ['rectified flow, shift 3', shifted(rectifiedFlow(), 3)],
  ['VE', veSchedule()],
  ['EDM', edmSchedule()],
] as const

export async function schedules(): Promise<string> {
  const time = { label: 't', from: 0, to: 1, ticks: [0, 0.5, 1] }
  const stroke = (i: number) => ({ color: palette[i]!, ...(i === 3 && { dash: '5 3' }) })
  return figure(
    [
      {
        title: 'α, the factor of the data',
        x: time,
        y: { from: 0, to: 1.05, ticks: [0, 0.5, 1] },
        marks: shown.map(([, schedule], i) => curve((t) => schedule.alpha(t), 0.001, 0.999, stroke(i), 80)),
      },
      {
        title: 'σ, the noise',
        x: time,
        y: { from: 0.001, to: 100, log: true },
        marks: shown.map(([, schedule], i) => curve((t) => schedule.sigma(t), 0.001, 0.999, stroke(i), 80)),
      },
      {
        title: 'λ = log α²/σ²',
        x: time,
        y: { from: -12, to: 12, ticks: [-10, -5, 0, 5, 10] },
        marks: shown.map(([, schedule], i) => curve((t) => schedule.logSnr(t), 0.001, 0.999, stroke(i), 80)),
      },
    ],
    { size: [215, 190], legend: shown.map(([label], i) => ({ label, ...stroke(i) })), legendColumns: 4 },
  )
}
