/** Few steps: jumps along the probability flow, to its end or to the end of a segment, and what DDIM makes of as few steps. */
import { mixtureDenoiser } from '../../src/diffusion/denoise/index.ts'
import { cosineSchedule } from '../../src/diffusion/noise/index.ts'
import { ddim, sample, uniformTimes } from '../../src/diffusion/sample/index.ts'
import { colors, dots, figure, line } from './plot/index.ts'

const schedule = cosineSchedule()
const mixture = mixtureDenoiser({
  schedule,
  components: [
    { weight: 1, mean: [-1.2], covariance: 0.02 },
    { weight: 1, mean: [1.2], covariance: 0.02 },
  ],
})
const starts = Float64Array.from({ length: 12 }, (_, i) => -2 + (4 * (i + 0.5)) / 12)

type Point = readonly [number, number]
type Path = readonly Point[]

export async function fewSteps(): Promise<string> {
  const axes = {
    x: { label: 't', from: 1, to: 0, ticks: [1, 0.5, 0] },
    y: { label: 'x', from: -2.5, to: 2.5, ticks: [-2, 0, 2] },
  }
  const [flow, few] = [await paths(400), await paths(4)]
  const at = (path: Path, t: number): Point => path.find(([each]) => each <= t + 1e-9)!
  const curves = flow.map((path) =>
    line(
      path.filter((_, i) => i % 10 === 0),
      { width: 1, color: colors.grey, opacity: 0.5 },
    ),
  )
  const jumps = (list: readonly Path[]) => [
    ...curves,
    ...list.map((path) => line(path, { width: 1, color: colors.orange, opacity: 0.8 })),
    dots(
      list.map((path) => path.at(-1)!),
      { radius: 2.2 },
    ),
  ]
  const anywhere = flow.flatMap((path, i) => [[1, 0.75, 0.5][i % 3]!].map((t) => [at(path, t), path.at(-1)!]))
  const segments = flow.map((path) => [1, 0.75, 0.5, 0.25, 0].map((t) => at(path, t)))
  return figure(
    [
      { title: 'from any time to data', ...axes, marks: jumps(anywhere) },
      { title: 'from segment to segment', ...axes, marks: jumps(segments) },
      { title: 'DDIM, 4 steps', ...axes, marks: jumps(few) },
    ],
    { size: [225, 170] },
  )
}

/** Paths of DDIM: of many steps, those of the probability flow. */
async function paths(steps: number): Promise<Path[]> {
  const all: Point[][] = Array.from(starts, (x) => [[1, x]])
  for await (const { s, x } of sample(mixture, { sampler: ddim(), times: uniformTimes(steps), x: starts })) {
    all.forEach((path, i) => path.push([s, x[i]!]))
  }
  return all
}
