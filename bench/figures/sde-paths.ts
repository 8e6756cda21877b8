/** Paths of the forward equation, and the band of one standard deviation that the kernel promises. */
import { forwardSde, subVpSchedule, veSchedule, vpSchedule } from '../../src/diffusion/noise/index.ts'
import { fold, key, normal } from '../../src/engine/random/index.ts'
import { uniformTimes } from '../../src/diffusion/sample/index.ts'
import { colors, curve, figure, line } from './plot/index.ts'

const [count, steps, x0] = [9, 120, 1.5]

export async function sdePaths(): Promise<string> {
  const panels = [
    { title: 'VP', schedule: vpSchedule(), reach: 3, ticks: [-2, 0, 2] },
    { title: 'sub-VP', schedule: subVpSchedule(), reach: 3, ticks: [-2, 0, 2] },
    { title: 'VE, σ from 0.01 to 5', schedule: veSchedule({ sigmaMax: 5 }), reach: 14, ticks: [-10, 0, 10] },
  ].map(({ title, schedule, reach, ticks }) => {
    const times = uniformTimes(steps, { from: 0, to: 1 })
    const x = new Float64Array(count).fill(x0)
    const paths = Array.from({ length: count }, () => [[0, x0] as readonly [number, number]])
    let draw = 0
    const noise = (out: Float64Array): void => void normal(fold(key('paths'), draw++), out)
    for (const { t } of forwardSde(schedule, times, x, noise)) paths.forEach((path, i) => path.push([t, x[i]!]))
    const edge = (sign: number) => (t: number) => schedule.alpha(t) * x0 + sign * schedule.sigma(t)
    return {
      title,
      x: { label: 't', from: 0, to: 1, ticks: [0, 0.5, 1] },
      y: { label: 'x', from: -reach, to: reach, ticks },
      marks: [
        ...paths.map((path) => line(path, { width: 0.7, color: colors.grey })),
        curve(edge(0), 0.001, 1, { color: colors.blue }, 60),
        curve(edge(1), 0.001, 1, { color: colors.red, dash: '5 3' }, 60),
        curve(edge(-1), 0.001, 1, { color: colors.red, dash: '5 3' }, 60),
      ],
    }
  })
  return figure(panels, {
    size: [220, 160],
    legend: [
      { label: 'Euler–Maruyama', color: colors.grey },
      { label: 'the mean α x₀', color: colors.blue },
      { label: 'α x₀ ± σ', color: colors.red, dash: '5 3' },
    ],
  })
}
