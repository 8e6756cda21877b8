/** A continuous flow: its paths, and how far log p on a grid is from exact, by solver and steps. */
import { type FlowField, flowLikelihood, carry, type FixedSolverName } from '../../src/diffusion/ode-flow/index.ts'
import { colors, dots, figure, line, palette } from './plot/index.ts'

/** Two Gaussians, and the field of straight lines between them and white noise, on average: in closed form. */
const modes = [
  { mean: -1.2, variance: 0.05 },
  { mean: 1.2, variance: 0.05 },
]
const density = (x: number, t: number, of: (typeof modes)[number]): number => {
  const variance = (1 - t) ** 2 * of.variance + t * t
  return Math.exp(-((x - (1 - t) * of.mean) ** 2) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance)
}
function velocity(x: number, t: number): number {
  let [top, bottom] = [0, 0]
  for (const of of modes) {
    const away = (x - (1 - t) * of.mean) / ((1 - t) ** 2 * of.variance + t * t)
    const weight = density(x, t, of)
    top += weight * ((t - (1 - t) * of.variance) * away - of.mean)
    bottom += weight
  }
  return top / bottom
}
const field: FlowField = {
  shape: [1],
  slope: (x, t) => Float64Array.from(x, (each) => velocity(each, t)),
  slopeAndDivergence: (x, t) => ({
    slope: Float64Array.from(x, (each) => velocity(each, t)),
    divergence: Float64Array.from(x, (each) => (velocity(each + 1e-5, t) - velocity(each - 1e-5, t)) / 2e-5),
  }),
}

export async function continuousFlow(): Promise<string> {
  const starts = Float64Array.from({ length: 24 }, (_, i) => (i < 12 ? -1.2 : 1.2) + 0.09 * ((i % 12) - 5.5))
  const paths = Array.from(starts, (x) => [[0, x] as const] as [number, number][])
  for await (const { y, to } of carry(field, starts, { solver: { name: 'rk4', steps: 40 }, from: 0, to: 1 })) {
    paths.forEach((path, i) => path.push([to, y[i]!]))
  }
  const curves = await Promise.all((['euler', 'midpoint', 'rk4'] as const).map((name) => errors(name, starts)))
  return figure(
    [
      {
        title: 'data are carried to noise',
        x: { label: 't', from: 0, to: 1, ticks: [0, 0.5, 1] },
        y: { label: 'x', from: -2.5, to: 2.5, ticks: [-2, 0, 2] },
        marks: paths.map((path) => line(path, { width: 1, color: colors.blue, opacity: 0.8 })),
      },
      {
        title: 'log p on a grid',
        x: { label: 'steps', from: 3, to: 140, log: true, ticks: [4, 8, 16, 32, 64, 128] },
        y: { label: 'largest error, nats', from: 1e-7, to: 10, log: true },
        marks: curves.flatMap((points, i) => [
          line(points, { color: palette[i]! }),
          dots(points, { color: palette[i]!, radius: 3 }),
        ]),
      },
    ],
    {
      size: [300, 200],
      legend: ['Euler', 'midpoint', 'RK4'].map((label, i) => ({ label, color: palette[i]! })),
      legendColumns: 3,
    },
  )
}

async function errors(name: FixedSolverName, x: Float64Array): Promise<(readonly [number, number])[]> {
  const exact = Array.from(x, (each) =>
    Math.log(modes.reduce((sum, of) => sum + density(each, 0, of) / modes.length, 0)),
  )
  const points: (readonly [number, number])[] = []
  for (const steps of [4, 8, 16, 32, 64, 128]) {
    const { logDensity } = await flowLikelihood(field, x, { solver: { name, steps } })
    points.push([steps, Math.max(...logDensity.map((log, i) => Math.abs(log - exact[i]!)))])
  }
  return points
}
