/** The same starts sent back to a mixture on the line: with noise in many steps, without in few, and along the exact flow. */
import { mixtureDenoiser, type Denoiser } from '../../src/diffusion/denoise/index.ts'
import { cosineSchedule } from '../../src/diffusion/noise/index.ts'
import {
  ddim,
  ddpm,
  rungeKutta,
  sample,
  type Sampler,
  tableaux,
  uniformTimes,
} from '../../src/diffusion/sample/index.ts'
import { colors, figure, line, type Mark, plane, rampTo } from './plot/index.ts'

const [columns, rows] = [60, 60]
const starts = Float64Array.from({ length: 14 }, (_, i) => -2.1 + (4.2 * i) / 13)

export async function trajectories(): Promise<string> {
  const schedule = cosineSchedule()
  const mixture = mixtureDenoiser({
    schedule,
    components: [
      { weight: 1, mean: [-1.2], covariance: 0.03 },
      { weight: 2, mean: [0.9], covariance: 0.06 },
    ],
  })
  // a column of the picture is p_t(x) for one t, each shaded by its own greatest density
  const values = new Float64Array(columns * rows)
  for (let column = 0; column < columns; column++) {
    const t = Math.max(0.01, 1 - (column + 0.5) / columns)
    const x = Float64Array.from({ length: rows }, (_, row) => 3 - (6 * (row + 0.5)) / rows)
    const density = mixture.logDensity(x, t).map(Math.exp)
    const top = density.reduce((most, value) => Math.max(most, value), 0)
    density.forEach((value, row) => (values[row * columns + column] = 0.85 * Math.sqrt(value / top)))
  }
  const tube = await plane(values, columns, rampTo(colors.sky))
  const panel = async (title: string, sampler: Sampler, steps: number) => ({
    title,
    x: { label: 't', from: 1, to: 0, ticks: [1, 0.5, 0] },
    y: { label: 'x', from: -3, to: 3, ticks: [-2, 0, 2] },
    marks: [tube, ...(await paths(mixture, sampler, uniformTimes(steps, { from: 0.999 })))],
  })
  return figure(
    [
      await panel('DDPM, 160 steps', ddpm(), 160),
      await panel('DDIM, 10 steps', ddim(), 10),
      await panel('the ODE (RK4, 100 steps)', rungeKutta(tableaux.rk4), 100),
    ],
    { size: [225, 170] },
  )
}

/** The paths of all starts. */
async function paths(denoiser: Denoiser, sampler: Sampler, times: readonly number[]): Promise<Mark[]> {
  const points = Array.from(starts, (x) => [[times[0]!, x] as const] as (readonly [number, number])[])
  for await (const { s, x } of sample(denoiser, { sampler, times, x: starts, seed: 4 })) {
    points.forEach((path, i) => path.push([s, x[i]!]))
  }
  return points.map((path) => line(path, { width: 1.1, color: colors.black, opacity: 0.85 }))
}
