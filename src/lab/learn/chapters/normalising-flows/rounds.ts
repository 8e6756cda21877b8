/** The inverse of an autoregressive map, round by round. */
import { affineTransform, autoregressive } from '../../../../diffusion/flow/index.ts'
import { input, sizeOf } from '../../../../engine/graph/index.ts'
import { evaluate } from '../../../../engine/graph/reference/index.ts'
import { Scope } from '../../../../engine/nn/parameters.ts'
import { fold, key, normal } from '../../../../engine/random/index.ts'
import { figure } from '../../figure.ts'
import { say } from '../../shared/curve.ts'
import { whole } from '../../shared/series.ts'

const places = 8

/** |x − x̂| of each number after each round, one row a round, from zeros on. */
export function errorsByRound(spread: number, seed: number): readonly Float64Array[] {
  const bijection = autoregressive([places], affineTransform(2), { width: 16, layers: 1, dropout: 0 })
  const scope = new Scope()
  const x = normal(fold(key('items'), seed), new Float64Array(places))
  const { y } = bijection.forward(scope, input('x', [1, places]), {})
  const feeds = Object.fromEntries(
    scope.specs.map(({ name, shape }) => [
      name,
      normal(fold(key(5), name), new Float64Array(sizeOf(shape))).map((value) => spread * value),
    ]),
  )
  const [latent] = evaluate([y], { ...feeds, x })
  const step = bijection.sequential!.step(new Scope(), input('y', [1, places]), input('state', [1, places]), {})
  let state = new Float64Array(places)
  const rows = [x.map(Math.abs)]
  for (let round = 0; round < places; round++) {
    state = Float64Array.from(evaluate([step], { ...feeds, y: latent.data, state })[0].data)
    rows.push(state.map((value, i) => Math.abs(value - x[i]!)))
  }
  return rows
}

export const rounds = figure({
  id: 'rounds',
  title: 'The way back, round by round',
  hint: 'Every round makes at least one more number exact, from the left. If numbers depend little on each other, all are nearly right after a few rounds.',
  controls: {
    spread: { kind: 'slider', label: 'strength of the network', min: 0.05, max: 1, step: 0.05, initial: 0.6 },
    seed: { kind: 'slider', label: 'item', min: 1, max: 20, step: 1, initial: 2 },
  },
  show({ spread, seed }) {
    const rows = errorsByRound(spread, seed)
    const floor = 1e-12
    const logs = rows.flatMap((row) => Array.from(row, (error) => Math.log10(Math.max(floor, error))))
    const worst = rows.map((row) => Math.max(floor, ...row))
    const near = worst.findIndex((error) => error < 1e-4)
    return {
      views: [
        {
          kind: 'plot',
          title: 'wrong numbers are shaded',
          x: { label: 'number', min: 0.5, max: places + 0.5 },
          y: { label: 'rounds left', min: -0.5, max: places + 0.5 },
          marks: [
            { kind: 'heat', values: logs, columns: places, rows: places + 1, range: [-12, 1], palette: 'density' },
          ],
        },
        {
          kind: 'plot',
          title: 'largest error',
          x: { label: 'round', min: 0, max: places },
          y: { label: '|x − x̂|', min: floor / 2, max: 100, scale: 'log' },
          marks: [
            { kind: 'line', x: whole(places + 1), y: worst.map((error) => Math.min(90, error)), ink: 'model' },
            {
              kind: 'points',
              x: whole(places + 1),
              y: worst.map((error) => Math.min(90, error)),
              ink: 'model',
              radius: 3,
            },
          ],
        },
      ],
      numbers: { rounds: places, near: near < 0 ? places : near, halfway: rows[places / 2]![places / 2 - 1]! },
      caption: `Below 10⁻⁴ everywhere after ${near} of ${places} rounds; after ${places} the error is at most ${say(worst.at(-1)!, 1)}, whatever the start was.`,
    }
  },
})
