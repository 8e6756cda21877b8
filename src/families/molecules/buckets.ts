/**
 * A step that leaves out empty places: the graph is compiled for a few sizes of molecules, and a batch goes through the smallest one that has
 * room for all of its own. The work grows with the square of the size, and results are the same.
 */
import { forEachPair, pairCount } from '../../engine/nn/equivariant/index.ts'
import type { Layout } from '../../engine/nn/layout.ts'
import type { Network } from '../../engine/nn/network.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { gradients, mul, type Tensor } from '../../engine/graph/index.ts'
import { compile, type Program } from '../../engine/runtime/program.ts'
import type { BoundRun } from '../../engine/runtime/session.ts'
import type { OwnStep } from '../../tools/train/problem.ts'
import { moleculeLoss } from './loss.ts'

type Feeds = Readonly<Record<string, Float32Array | Int32Array>>

/** The sizes that graphs are compiled for, rising, the largest last: each has about the same share of the molecules. */
export function bucketSizes(counts: readonly number[], places: number, most = 4): number[] {
  const sorted = counts.toSorted((a, b) => a - b)
  const cuts = Array.from({ length: most - 1 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / most)]!)
  return [...new Set([...cuts, places])].sort((a, b) => a - b)
}

/**
 * The step.
 *
 * @param networkOf the network with room for so many atoms
 * @param sizes rising; the last one has room for all
 */
export function bucketedStep(
  networkOf: (places: number) => Network,
  layout: Layout,
  sizes: readonly number[],
): OwnStep {
  const places = sizes.at(-1)!
  const graphOf = (size: number, items: number) => {
    const scope = new Scope()
    return { scope, ...moleculeLoss(networkOf(size), scope, items) }
  }
  return {
    kept: (items) => [graphOf(places, items).loss],
    async compile(items, share, engine, options) {
      const programOf = async (size: number, how: typeof options): Promise<Program> => {
        const { scope, loss: mean, itemLoss } = graphOf(size, items)
        const loss = share === 1 ? mean : mul(mean, share)
        const parameters = layout.specs.map(({ name, shape, init }) => scope.parameter(name, shape, init))
        const outputs: Record<string, Tensor> = { loss, itemLoss }
        gradients(loss, parameters).forEach((gradient, i) => {
          outputs[`gradient:${layout.specs[i]!.name}`] = gradient
        })
        return compile(outputs, engine, how)
      }
      const { meanwhile: _, ...plain } = options as typeof options & { meanwhile?: unknown }
      const whole = await programOf(places, options)
      const smaller = await Promise.all(sizes.slice(0, -1).map(async (size) => programOf(size, plain)))
      const programs = [...smaller, whole]
      return {
        ...whole,
        inputs: whole.inputs,
        outputs: whole.outputs,
        session: whole.session,
        run: async (feeds, into, how) => whole.run(feeds, into, how),
        bind: (feeds, into) => bindAll(programs, sizes, items, feeds as Feeds, into as Feeds),
        dispose: () => programs.forEach((each) => each.dispose()),
        [Symbol.dispose]: () => programs.forEach((each) => each.dispose()),
      }
    },
  }
}

function bindAll(
  programs: readonly Program[],
  sizes: readonly number[],
  items: number,
  feeds: Feeds,
  into: Feeds,
): BoundRun {
  const places = sizes.at(-1)!
  const bounds = programs.map((program, i) => {
    const size = sizes[i]!
    if (size === places) return { fill: () => {}, run: program.bind(feeds, into) }
    const short = shortened(feeds, items, places, size)
    return { fill: short.fill, run: program.bind({ ...feeds, ...short.feeds }, into) }
  })
  const dispose = (): void => bounds.forEach(({ run }) => run.dispose())
  return {
    async run(options) {
      const needed = placesUsed(feeds['atoms'] as Float32Array, items, places)
      const bound = bounds[sizes.findIndex((size) => size >= needed)]!
      bound.fill()
      await bound.run.run(options)
    },
    dispose,
    [Symbol.dispose]: dispose,
  }
}

/** The places up to the last atom of the largest molecule. */
function placesUsed(atoms: Float32Array, items: number, places: number): number {
  const width = atoms.length / (items * places)
  let used = 1
  for (let item = 0; item < items; item++) {
    for (let place = places - 1; place >= used; place--) {
      if (atoms[(item * places + place) * width] === 0) continue
      used = place + 1
      break
    }
  }
  return used
}

/** Arrays with fewer places, and what copies a batch into them. */
function shortened(feeds: Feeds, items: number, places: number, size: number): { readonly feeds: Feeds; fill(): void } {
  const copies: [from: Float32Array, to: Float32Array, copy: (from: Float32Array, to: Float32Array) => void][] = []
  const short: Record<string, Float32Array> = {}
  const add = (name: string, length: number, copy: (from: Float32Array, to: Float32Array) => void): void => {
    const from = feeds[name] as Float32Array | undefined
    if (!from) return
    const to = (short[name] = new Float32Array((from.length * length) / lengthOf[name]!))
    copies.push([from, to, copy])
  }
  const lengthOf: Record<string, number> = {
    x0: places,
    epsilon: places,
    atoms: places,
    pairs: pairCount(places),
    centres: places,
  }
  const blocks = (rows: number) => (from: Float32Array, to: Float32Array) => {
    const [all, kept] = [from.length / rows, to.length / rows]
    for (let row = 0; row < rows; row++) to.set(from.subarray(row * all, row * all + kept), row * kept)
  }
  for (const name of ['x0', 'epsilon', 'atoms']) add(name, size, blocks(items))
  if (feeds['centres']) add('centres', size, blocks(feeds['centres'].length / places))
  const kept: number[] = []
  forEachPair(places, (_, j, pair) => {
    if (j < size) kept.push(pair)
  })
  add('pairs', pairCount(size), (from, to) => {
    const width = from.length / (items * pairCount(places))
    for (let item = 0; item < items; item++) {
      kept.forEach((pair, i) => {
        const at = (item * pairCount(places) + pair) * width
        to.set(from.subarray(at, at + width), (item * kept.length + i) * width)
      })
    }
  })
  return {
    feeds: short,
    fill: () => copies.forEach(([from, to, copy]) => copy(from, to)),
  }
}
