/** The Gaussian law of a run's windows, as its network sees them. */
import { type FittedFieldLaw, fitFieldLaw } from '../../../diffusion/prior/index.ts'
import { TweedieError } from '../../../errors.ts'
import { type ArrayDataset, itemSize } from '../../../files/data/dataset.ts'
import { type Frame, frameOf } from '../../../files/data/frame.ts'
import { isNext, type WindowedData } from '../../../files/data/windows.ts'

/** Numbers in all states together beyond which fitting takes too much memory. */
export const mostNumbers = 2 ** 27

/** Fitted before, by data and shape: a run asks several times. */
const known = new WeakMap<ArrayDataset, Map<string, FittedFieldLaw>>()

/**
 * The law of states in the network's units: standardised, in patches, the edge repeated.
 *
 * @param frame of windows, for a network over images
 * @throws TweedieError `usage` for data that are no fields over time, or too many
 */
export function lawOfData(data: ArrayDataset, frame: Frame): FittedFieldLaw {
  const { trajectory, window, affine, calendar } = requireWindows(data)
  const laws = known.get(data) ?? known.set(data, new Map()).get(data)!
  const name = frame.network.join()
  const before = laws.get(name)
  if (before) return before
  const { grid, variables, states, times, step } = trajectory
  const T = window.length
  const plane = grid[0] * grid[1]
  const [n, size] = [times.length, variables.length * plane]
  const cells = cellsOf(frame)
  const seen = new Float32Array(n * cells.length)
  for (let i = 0, at = 0; i < n; i++) {
    for (let s = 0; s < cells.length; s++, at++) {
      const c = Math.floor(cells[s]! / plane)
      seen[at] = (states[i * size + cells[s]!]! - affine!.shift[c]!) / affine!.scale[c]!
    }
  }
  const law = fitFieldLaw({
    states: seen,
    grid,
    variables: variables.length,
    cells,
    window: T,
    starts: Array.from(times.keys()).filter((i) => i === 0 || !isNext(times[i - 1]!, times[i]!, step)),
    ...(calendar?.day && { angles: times.map((time) => (2 * Math.PI * time) / 86_400) }),
  })
  laws.set(name, law)
  return law
}

/** Which number of a state each number is that the network sees of it. */
function cellsOf({ item, patch, network }: Frame): Int32Array {
  const state = [item[0]!, item[2]!, item[3]!]
  const { pixels } = frameOf(state, patch, strideTo(state, patch, network.at(-2)!, network.at(-1)!))
  return pixels ?? Int32Array.from({ length: itemSize(state) }, (_, i) => i)
}

/** The stride with which a state has as many rows and columns as its windows. */
function strideTo(state: readonly number[], patch: number, rows: number, columns: number): number {
  for (let stride = 1; stride <= Math.max(rows, columns); stride++) {
    const network = frameOf(state, patch, stride).network
    if (network.at(-2) === rows && network.at(-1) === columns) return stride
  }
  throw new TweedieError('usage', `\`precondition\`: no states of [${state.join(', ')}] are ${rows} × ${columns}`)
}

function requireWindows(data: ArrayDataset): WindowedData {
  if ('trajectory' in data) {
    const windows = data as WindowedData
    const { length } = windows.trajectory.states
    if (length <= mostNumbers) return windows
    throw new TweedieError('usage', `\`precondition\`: a covariance of ${length} numbers; at most ${mostNumbers}`, {
      hint: '`precondition: none`, or fewer states',
    })
  }
  throw new TweedieError(
    'usage',
    `\`precondition: gaussian\` is for fields over time, and ${data.name} is of kind ${data.kind}`,
    { hint: 'leave `precondition` out; `as: fields` reads an array as fields' },
  )
}
