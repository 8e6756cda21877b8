/** Flow matching: the straight lines that are learnt from, and the paths of the velocity that is learnt. */
import { mixtureDenoiser } from '../../src/diffusion/denoise/index.ts'
import { rectifiedFlow } from '../../src/diffusion/noise/index.ts'
import { fold, key, normal, uniform } from '../../src/engine/random/index.ts'
import { euler, rungeKutta, sample, type Sampler, tableaux, uniformTimes } from '../../src/diffusion/sample/index.ts'
import { colors, dots, figure, line } from './plot/index.ts'

const schedule = rectifiedFlow()
const mixture = mixtureDenoiser({
  schedule,
  components: [
    { weight: 1, mean: [-1.2], covariance: 0.02 },
    { weight: 1, mean: [1.2], covariance: 0.02 },
  ],
})
const starts = Float64Array.from({ length: 24 }, (_, i) => -2 + (4 * (i + 0.5)) / 24)

type Path = (readonly [number, number])[]

export async function flowPaths(): Promise<string> {
  const axes = {
    x: { label: 't', from: 1, to: 0, ticks: [1, 0.5, 0] },
    y: { label: 'x', from: -2.5, to: 2.5, ticks: [-2, 0, 2] },
  }
  const draw = (paths: readonly Path[], color: string) => [
    ...paths.map((path) => line(path, { width: 1, color, opacity: 0.8 })),
    dots(
      paths.map((path) => path.at(-1)!),
      { radius: 2.2 },
    ),
  ]
  const lines = conditional()
  const flow = await marginal(rungeKutta(tableaux.rk4, { clock: 'time' }), 40)
  const few = await marginal(euler({ clock: 'time' }), 4)
  return figure(
    [
      { title: 'pairs: x = (1 − t) x₀ + t ε', ...axes, marks: draw(lines, colors.orange) },
      { title: 'the flow of E[ε − x₀ | x]', ...axes, marks: draw(flow, colors.blue) },
      { title: 'its Euler method, 4 steps', ...axes, marks: draw(few, colors.blue) },
    ],
    { size: [225, 170] },
  )
}

/** Straight lines between noise and data that were drawn independently. */
function conditional(): Path[] {
  const noise = normal(fold(key(1), 'noise'), new Float64Array(24))
  const spread = normal(fold(key(1), 'spread'), new Float64Array(24))
  const side = uniform(fold(key(1), 'side'), new Float64Array(24))
  return Array.from(noise, (z, i) => [
    [1, z] as const,
    [0, (side[i]! < 0.5 ? -1.2 : 1.2) + Math.sqrt(0.02) * spread[i]!] as const,
  ])
}

/** Paths of the marginal velocity. */
async function marginal(sampler: Sampler, steps: number): Promise<Path[]> {
  const paths: Path[] = Array.from(starts, (x) => [[1, x] as const])
  for await (const { s, x } of sample(mixture, { sampler, times: uniformTimes(steps), x: starts })) {
    paths.forEach((path, i) => path.push([s, x[i]!]))
  }
  return paths
}
