/** A map of land that dissolves: categories that have an order, and some that are masked. */
import { figure } from '../../figure.ts'
import { percent } from '../../shared/series.ts'
import { walked } from './chain.ts'
import { becomes, kernelChoice, onLevels, steps } from './kernels.ts'

const size = 16
/** Sea, shallows, beach, meadow, wood, rock; and a mask. */
const colours = [
  [-0.85, -0.55, 0.1],
  [-0.5, 0.1, 0.6],
  [0.75, 0.6, 0.2],
  [0.1, 0.55, -0.3],
  [-0.6, -0.05, -0.6],
  [0.35, 0.3, 0.3],
  [-0.95, -0.95, -0.95],
] as const
const levels = colours.length - 1
const processes = onLevels(levels)

/** An island. */
const island = Array.from({ length: size * size }, (_, i) => {
  const [x, y] = [(i % size) - 7.4, Math.floor(i / size) - 7.6]
  const height = 5.9 - 0.62 * Math.hypot(x * 0.95, y * 1.1) + 0.9 * Math.sin(0.7 * x + 0.4 * y) * Math.cos(0.5 * y)
  return Math.min(levels - 1, Math.max(0, Math.round(height)))
})

/** A map as a picture `[3, size, size]`. */
function picture(x: ArrayLike<number>, label: string) {
  const data = new Float32Array(3 * size * size)
  for (let i = 0; i < size * size; i++) {
    for (let channel = 0; channel < 3; channel++) data[channel * size * size + i] = colours[x[i]!]![channel]!
  }
  return { shape: [3, size, size] as const, data, label }
}

export const map = figure({
  id: 'map',
  title: 'A map dissolves',
  hint: 'Paint the map. Uniform noise puts rock into the sea at once; the gaussian and the neighbour kernel go there step by step, past the beach.',
  controls: {
    map: { kind: 'drawing', label: 'map', width: size, height: size, levels, initial: island },
    kernel: { ...kernelChoice, initial: 'neighbour' },
    t: { kind: 'slider', label: 't', min: 0, max: 1, step: 1 / steps, initial: 0.3, format: (t) => t.toFixed(3) },
  },
  play: { control: 't', seconds: 6 },
  show({ map, kernel, t }) {
    const process = processes[kernel]()
    const x = walked(process, map, t, 'map')
    let [changed, moved, hidden] = [0, 0, 0]
    x.forEach((state, i) => {
      if (state === process.mask) hidden++
      else if (state !== map[i]) {
        changed++
        moved += Math.abs(state - map[i]!)
      }
    })
    const far = changed === 0 ? 0 : moved / changed
    return {
      views: [
        {
          kind: 'pictures',
          columns: 3,
          drawing: 'map',
          items: [
            picture(map, 'x₀'),
            picture(x, `x_t, t = ${t.toFixed(3)}`),
            picture(walked(process, map, 1, 'map'), 'x₁: no trace is left'),
          ],
        },
      ],
      numbers: { t, changed, hidden, far },
      caption: `Of ${x.length} places ${percent(changed / x.length)} show another kind of land, ${far.toFixed(1)} levels away on average, and ${percent(hidden / x.length)} are masked: a lost token becomes ${becomes[kernel]}.`,
    }
  },
})
