/** Draws rows of a model, batch after batch. */
import { type RowDenoiser, rowDenoiser } from '../../compiled/row-denoiser.ts'
import {
  cellsOf,
  copyRows,
  type MixedRows,
  type MixedSampleOptions,
  sampleMixed,
  someRows,
} from '../../diffusion/mixed/index.ts'
import type { Engine } from '../../engine/runtime/session.ts'
import { TweedieError } from '../../errors.ts'
import { type Compiled, type Warm, warm, type WarmSession } from '../warm.ts'
import { rowsOf, type Shards } from '../../tools/shards/shards.ts'
import { once } from '../../once.ts'
import { defined } from '../defined.ts'
import type { RowsModel } from './model.ts'

/** How rows are drawn. */
export interface GenerateRowsOptions extends Omit<MixedSampleOptions, 'firstItem' | 'onStep'> {
  /** Which cells are to be drawn, and the others. */
  readonly rows: MixedRows
  /** Rows at a time; default 512. */
  readonly batch?: number | undefined
  /** The batches that are computed here, where several processes share the work. */
  readonly shards?: Shards | undefined
  /** Called after each step, with rows. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/** The usual number of rows at a time. */
export const usualRowBatch = 512

/** A model of tables that is ready to draw. */
export type WarmRowGenerator = Warm<GenerateRowsOptions, MixedRows>

/** Opens a model of tables to draw from it again and again. Nothing is compiled before the first draw. */
export function warmRowGenerator(model: RowsModel, engine: Engine, session: WarmSession = {}): WarmRowGenerator {
  const options = defined(session)
  return warm((drawn, compiled) =>
    drawRows(model, drawn, compiled, (batch) => rowDenoiser(model, engine, { ...options, batch })),
  )
}

/**
 * Draws rows, once.
 *
 * @throws TweedieError `usage` for a batch or steps that make no sense
 * @example
 * const rows = await generateRows(model, engine, { rows: emptyRows(model.process, 1000), seed: 1 })
 */
export async function generateRows(
  model: RowsModel,
  engine: Engine,
  { device, threads, profile, ...options }: GenerateRowsOptions & WarmSession,
): Promise<MixedRows> {
  using generator = warmRowGenerator(model, engine, { device, threads, profile })
  return await generator.draw(options)
}

/** Draws with denoisers that are compiled for batches. */
export async function drawRows(
  { process }: RowsModel,
  { rows, batch: wanted = usualRowBatch, shards, onProgress, ...options }: GenerateRowsOptions,
  compiled: Compiled,
  make: (batch: number) => Promise<RowDenoiser>,
): Promise<MixedRows> {
  if (!Number.isInteger(wanted) || wanted < 1) {
    throw new TweedieError('usage', `the batch size is ${wanted}: must be a positive whole number`)
  }
  const count = rows.cells.length / cellsOf(process)
  const batch = Math.min(count, wanted)
  const denoiser = once(() => compiled(`rows ${batch}`, () => make(batch)))
  const out = copyRows(rows)
  for (let first = 0; first < count; first += batch) {
    const now = Math.min(batch, count - first)
    const drawn = await rowsOf(shards, { name: 'items', first, size: batch, count }, async () => {
      const { numbers, categories } = await sampleMixed(await denoiser(), someRows(process, rows, first, now), {
        ...options,
        firstItem: first,
        onStep: (done, total) => onProgress?.(first + (now * done) / total, count),
      })
      return { numbers, categories }
    })
    if (!drawn) continue
    const place = someRows(process, out, first, now)
    place.numbers.set(drawn.numbers)
    place.categories.set(drawn.categories)
  }
  return out
}
