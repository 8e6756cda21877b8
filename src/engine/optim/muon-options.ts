/** What Muon takes, and which tensors it is for. */
import { TweedieError } from '../../errors.ts'
import { adamw, type AdamWOptions } from './adamw.ts'

/** Options of Muon; the defaults are those of the papers. */
export interface MuonOptions {
  /** Of matrices: memory of past gradients, in [0, 1); 0.95 by default. */
  readonly momentum?: number
  /** Of matrices: look-ahead by one step of the momentum; true by default. */
  readonly nesterov?: boolean
  /** How many of Newton and Schulz's polynomials are applied; 4 by default. */
  readonly iterations?: number
  /** Of all others, as in AdamW: memory of the gradient's mean and of its square; [0.9, 0.99] by default. */
  readonly betas?: readonly [number, number]
  /** Of all others: added to the denominator; 1e-8 by default. */
  readonly epsilon?: number
  /** Fraction of a parameter that decays per unit of learning rate; 0 by default. */
  readonly weightDecay?: number
  /** Which tensors are orthogonalised; by default {@link isHiddenMatrix}. Those of fewer than two axes never are. */
  readonly matrices?: (tensor: TensorPlace) => boolean
}

/** A parameter by its place: tensors lie one after the other in the flat array. */
export interface TensorPlace {
  /** A path of modules that begins with the part: `unet.conv_in.weight`. */
  readonly name: string
  readonly shape: readonly number[]
}

/** Where a matrix lies: rows are outputs; columns are inputs, of a convolution each tap of each. */
export interface MatrixPlace extends TensorPlace {
  readonly from: number
  readonly to: number
  readonly rows: number
  readonly columns: number
}

/** The first module below a part, where it reads data or conditions, writes the output, or is a table. */
const outermost = /embed|codebook|^(time_proj|head|lm_head|(conv|linear|proj)_(in|out))$/
/** Modules below it that do: `proj_in` and `proj_out` are there between hidden features. */
const nested = /embed|codebook|^((conv|linear)_(in|out)|lm_head)$/

/** Rows or columns below which a matrix has no spectrum worth speaking of. */
const leastSide = 8

/**
 * Whether a tensor is a matrix between hidden features, by its name and shape: a weight of a linear or convolutional layer that neither
 * reads the data (`conv_in`, `linear_in`, `patch_embed`), nor writes the output (`conv_out`, `linear_out`, `proj_out`, `head`),
 * nor embeds anything (`time_embedding`, `class_embedding`, `embed_tokens`), with 8 rows and columns or more.
 */
export function isHiddenMatrix({ name, shape }: TensorPlace): boolean {
  const [, first = '', ...others] = name.split('.')
  if (shape.length < 2 || outermost.test(first) || others.some((module) => nested.test(module))) return false
  const rows = shape[0]!
  return Math.min(rows, sizeOf(shape) / rows) >= leastSide
}

/**
 * Places of the matrices, and the ranges of everything else in rising order.
 *
 * @throws TweedieError `usage` for options that make no sense
 */
export function muonPlaces(
  tensors: readonly TensorPlace[],
  { matrices: chosen = isHiddenMatrix }: Pick<MuonOptions, 'matrices'>,
): { readonly matrices: readonly MatrixPlace[]; readonly others: readonly (readonly [from: number, to: number])[] } {
  const matrices: MatrixPlace[] = []
  const others: [number, number][] = []
  let from = 0
  for (const { name, shape } of tensors) {
    const to = from + sizeOf(shape)
    const rows = shape[0] ?? 1
    if (to > from && shape.length >= 2 && chosen({ name, shape })) {
      matrices.push({ name, shape, from, to, rows, columns: (to - from) / rows })
    } else if (others.at(-1)?.[1] === from) others.at(-1)![1] = to
    else others.push([from, to])
    from = to
  }
  return { matrices, others }
}

/**
 * `0.2 √max(rows, columns)`: an orthogonal matrix times this has elements whose root mean square is 0.2, about that of AdamW's updates, so
 * that learning rates and weight decays of AdamW hold. Liu et al., Muon is Scalable for LLM Training (2025).
 */
export function muonFactor({ rows, columns }: Pick<MatrixPlace, 'rows' | 'columns'>): number {
  return 0.2 * Math.sqrt(Math.max(rows, columns))
}

/** What is left to AdamW, with its defaults. @throws TweedieError `usage` for options that make no sense */
export function adamOfMuon({
  momentum = 0.95,
  iterations,
  betas = [0.9, 0.99],
  epsilon = 1e-8,
  weightDecay = 0,
}: MuonOptions): Required<Omit<AdamWOptions, 'decaying'>> {
  check('momentum', momentum, momentum >= 0 && momentum < 1, 'a number in [0, 1)')
  const isCount = iterations === undefined || (Number.isInteger(iterations) && iterations >= 1)
  check('iterations', iterations, isCount, 'a whole number ≥ 1')
  const adam = { betas, epsilon, weightDecay }
  adamw(adam)
  return adam
}

function check(name: string, value: unknown, holds: boolean, expected: string): void {
  if (!holds) throw new TweedieError('usage', `muon: ${name} is ${JSON.stringify(value)}, expected ${expected}`)
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, each) => size * each, 1)
