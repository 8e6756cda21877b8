/** The kernels of the figures: over letters, whose neighbours are those of a keyboard, and over levels, whose neighbours are the next ones. */
import {
  type DiscreteProcess,
  type KernelName,
  nearestNeighbours,
  processOf,
} from '../../../../diffusion/discrete/index.ts'
import { once } from '../../../../once.ts'

/** How many steps the chain of a figure has: its slider stops at each. */
export const steps = 40

/** What texts are made of. */
export const letters = 'abcdefghijklmnopqrstuvwxyz ,.'

export const kernelChoice = {
  kind: 'choice',
  label: 'kernel',
  options: [
    { value: 'absorbing', label: 'absorbing' },
    { value: 'uniform', label: 'uniform' },
    { value: 'gaussian', label: 'gaussian' },
    { value: 'neighbour', label: 'neighbour' },
  ],
  initial: 'absorbing',
} as const

/** What becomes of a token, in words. */
export const becomes: Readonly<Record<KernelName, string>> = {
  absorbing: 'a mask, for good',
  uniform: 'any category',
  gaussian: 'a category that is near in the order',
  neighbour: 'a neighbour in the graph',
}

/** Where keys lie, row by row, each row shifted to the right. */
const keys = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm,.', '   ']
const places = Float64Array.from(
  [...letters].flatMap((letter) => {
    const row = keys.findIndex((each) => each.includes(letter))
    return [(letter === ' ' ? 4 : keys[row]!.indexOf(letter)) + 0.4 * row, row]
  }),
)

/** The processes over letters. */
export const onLetters = processes(letters.length, () => nearestNeighbours(places, letters.length, 4))

/** The processes over ordered levels. */
export const onLevels = (levels: number): Readonly<Record<KernelName, () => DiscreteProcess>> =>
  processes(levels, () => Array.from({ length: levels }, (_, i) => [i - 1, i + 1].filter((j) => j >= 0 && j < levels)))

function processes(categories: number, neighbours: () => readonly (readonly number[])[]) {
  const of = (kernel: KernelName) =>
    once(() =>
      processOf(
        {
          kernel,
          schedule: 'linear',
          steps,
          objective: 'bound',
          ...(kernel === 'neighbour' && { neighbours: neighbours() }),
          ...(kernel === 'gaussian' && { beta: [0.01, 0.35] as const }),
        },
        categories,
      ),
    )
  return { absorbing: of('absorbing'), uniform: of('uniform'), gaussian: of('gaussian'), neighbour: of('neighbour') }
}
