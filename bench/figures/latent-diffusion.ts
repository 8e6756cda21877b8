/** Codes under N(0, I) and as they are; and a posterior of codes through a curved decoder. */
import { decodedOperator } from '../../src/compiled/decoded-operator.ts'
import { differentiableMixture } from '../../src/diffusion/guidance/differentiable.ts'
import { mmps } from '../../src/diffusion/guidance/likelihood.ts'
import { linearOperator } from '../../src/diffusion/measure/operator.ts'
import { observation } from '../../src/diffusion/measure/observation.ts'
import { cosineSchedule } from '../../src/diffusion/noise/index.ts'
import { ddim, sampleFinal, uniformTimes } from '../../src/diffusion/sample/index.ts'
import { concat, cos, mul, sin, type Tensor } from '../../src/engine/graph/index.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { colors, dots, figure, line } from './plot/index.ts'

/** Codes of three kinds of items, N(μ, σ²) each: of mean 0 and variance 1 together, and still not normal. */
const spread = 0.28
const centres = [-1, -0.1, 1.1].map((each) => each * Math.sqrt((1 - spread ** 2) / ((1 + 0.01 + 1.21) / 3)))
const normalDensity = (x: number, mean: number, sigma: number): number =>
  Math.exp(-(((x - mean) / sigma) ** 2) / 2) / (sigma * Math.sqrt(2 * Math.PI))
const aggregate = (x: number): number => centres.reduce((sum, mean) => sum + normalDensity(x, mean, spread) / 3, 0)
const grid = Array.from({ length: 241 }, (_, i) => -3 + i / 40)

/** What N(0, 1) costs more than the law of the codes itself: KL(q ‖ N(0, 1)), in nats. */
const worth = grid.reduce((sum, x) => sum + (aggregate(x) * Math.log(aggregate(x) / normalDensity(x, 0, 1))) / 40, 0)

/** D(z) = (cos 1.2 z, sin 1.2 z): a code is a place on an arc. */
const bend = 1.2
const arc = (z: number): readonly [number, number] => [Math.cos(bend * z), Math.sin(bend * z)]
const decode = (z: Tensor): Tensor => concat([cos(mul(z, bend)), sin(mul(z, bend))], 1)

/** The first coordinate is measured: places above and below are as good, but for what is known of codes. */
async function restored(): Promise<(readonly [number, number])[]> {
  const first = linearOperator({
    name: 'first',
    from: [2],
    to: [1],
    forward: (x) => [x[0]!],
    adjoint: (v) => [v[0]!, 0],
  })
  const count = 160
  using onCodes = await decodedOperator(first, await nodeEngine(), { from: [1], decode, batch: count })
  const prior = differentiableMixture({
    schedule: cosineSchedule(),
    components: [
      { weight: 0.7, mean: [0.9], covariance: 0.15 },
      { weight: 0.3, mean: [-0.9], covariance: 0.15 },
    ],
  })
  const denoiser = mmps(prior, observation(onCodes, Float64Array.of(0.45), 0.08), { iterations: 1 })
  const options = { sampler: ddim({ eta: 1 }), times: uniformTimes(200), batch: count, seed: 2 }
  return Array.from(await sampleFinal(denoiser, options), arc)
}

export async function latentDiffusion(): Promise<string> {
  const laws = [
    { label: 'codes: q(z)', color: colors.blue, points: grid.map((x) => [x, aggregate(x)] as const) },
    {
      label: `N(0, 1): ${worth.toFixed(2)} nats more`,
      color: colors.red,
      points: grid.map((x) => [x, normalDensity(x, 0, 1)] as const),
    },
  ]
  const places = Array.from({ length: 121 }, (_, i) => arc(-2.4 + i / 25))
  return figure(
    [
      {
        title: 'what a prior has to learn',
        x: { label: 'z', from: -3, to: 3, ticks: [-2, 0, 2] },
        y: { label: 'density', from: 0, to: 0.55 },
        marks: laws.map(({ points, color }) => line(points, { color })),
      },
      {
        title: 'a measurement of D(z)',
        x: { label: 'x₁, measured', from: -1.2, to: 1.2, ticks: [-1, 0, 1] },
        y: { label: 'x₂', from: -1.2, to: 1.2, ticks: [-1, 0, 1] },
        marks: [
          line(places, { color: colors.grey }),
          line(
            [-1.2, 1.2].map((y) => [0.45, y] as const),
            { color: colors.black, width: 1, dash: '4 3' },
          ),
          dots(await restored(), { color: colors.green }),
        ],
      },
    ],
    {
      size: [300, 220],
      legend: [...laws, { label: 'D(z)', color: colors.grey }, { label: 'D of drawn codes', color: colors.green }],
    },
  )
}
