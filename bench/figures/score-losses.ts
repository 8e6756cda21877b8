/** Four losses of one family of scores: they differ by constants, and have their minimum at the same place. */
import { analyticDivergence } from '../../src/diffusion/denoise/divergence.ts'
import { mixtureDenoiser } from '../../src/diffusion/denoise/index.ts'
import { edmSchedule, jump } from '../../src/diffusion/noise/index.ts'
import { fold, key, normal, rademacher, uniform } from '../../src/engine/random/index.ts'
import { colors, figure, line } from './plot/index.ts'

const schedule = edmSchedule()
const t = 0.6 / 80
const sigma = schedule.sigma(t)
const count = 4000

/** A mixture of two Gaussians that are 2a apart; the data have a = 1. */
const model = (a: number) =>
  analyticDivergence(
    mixtureDenoiser({
      schedule,
      components: [
        { mean: [-a, 0], covariance: 0.1 },
        { mean: [a, 0], covariance: 0.1 },
      ],
    }),
  )

export async function scoreLosses(): Promise<string> {
  const spread = normal(fold(key(1), 'spread'), new Float64Array(2 * count))
  const side = uniform(fold(key(1), 'side'), new Float64Array(count))
  const data = spread.map((z, i) => Math.sqrt(0.1) * z + (i % 2 === 0 ? (side[i >> 1]! < 0.5 ? -1 : 1) : 0))
  const noise = normal(fold(key(1), 'noise'), new Float64Array(2 * count))
  const probe = rademacher(fold(key(1), 'probe'), new Float64Array(2 * count))
  const x = jump(schedule, t, data, noise)
  const score = (mean: ArrayLike<number>) => x.map((value, i) => (mean[i]! - value) / sigma ** 2)
  const truth = score(await model(1).denoise(x, t))

  const losses = { fisher: [], explicit: [], sliced: [], denoising: [] } as Record<string, [number, number][]>
  for (let a = 0.4; a < 1.65; a += 0.05) {
    const s = score(await model(a).denoise(x, t))
    const sum = (value: (i: number) => number): number => s.reduce((total, _, i) => total + value(i), 0) / count
    const items = (value: (item: number) => number): number =>
      Array.from({ length: count }, (_, item) => value(item)).reduce((total, each) => total + each, 0) / count
    // tr ∂s/∂x = (tr ∂E[x₀|x]/∂x − d)/σ²
    const { trace } = await model(a).denoiseAndTrace(x, t)
    const { trace: probed } = await model(a).denoiseAndTrace(x, t, probe)
    const along = (item: number): number => probe[2 * item]! * s[2 * item]! + probe[2 * item + 1]! * s[2 * item + 1]!
    const put = (name: string, value: number): void => void losses[name]!.push([a, value])
    put('fisher', sum((i) => (s[i]! - truth[i]!) ** 2) / 2)
    put('explicit', sum((i) => s[i]! ** 2) / 2 + items((item) => (trace[item]! - 2) / sigma ** 2))
    put(
      'sliced',
      items((item) => along(item) ** 2 / 2 + (probed[item]! - 2) / sigma ** 2),
    )
    put('denoising', sum((i) => (s[i]! + noise[i]! / sigma) ** 2) / 2)
  }
  const shown = [
    ['fisher', '½ E|s − ∇log p|² (Fisher)', colors.black],
    ['explicit', 'E[½|s|² + tr ∂s] (explicit)', colors.blue],
    ['sliced', 'E[½(vᵀs)² + vᵀ∂s v] (sliced)', colors.orange],
    ['denoising', '½ E|s + ε/σ|² (denoising)', colors.green],
  ] as const
  return figure(
    [
      {
        title: 'as they are',
        x: { label: 'a of the model (1 is true)', from: 0.4, to: 1.6 },
        y: { from: -2.5, to: 3.5 },
        marks: shown.map(([name, , color]) => line(losses[name]!, { color })),
      },
      {
        title: 'less their value at a = 1',
        x: { label: 'a of the model (1 is true)', from: 0.4, to: 1.6 },
        y: { from: -0.1, to: 1 },
        marks: shown.map(([name, , color], i) => {
          const zero = losses[name]!.reduce((best, point) =>
            Math.abs(point[0] - 1) < Math.abs(best[0] - 1) ? point : best,
          )[1]
          return line(
            losses[name]!.map(([a, value]) => [a, value - zero]),
            { color, ...(i > 0 && { dash: `${9 - 2 * i} 4` }) },
          )
        }),
      },
    ],
    { size: [300, 200], legend: shown.map(([, label, color]) => ({ label, color })), legendColumns: 2 },
  )
}
