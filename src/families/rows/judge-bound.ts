/** Judges a model of tables by the variational bound of rows. */
import { rowDenoiser } from '../../compiled/row-denoiser.ts'
import { free, given, mixedBound, type MixedRows, someRows } from '../../diffusion/mixed/index.ts'
import { estimate } from '../../diffusion/likelihood/units.ts'
import { key } from '../../engine/random/index.ts'
import type { TableDataset } from '../../files/data/table.ts'
import { table as lines } from '../../words.ts'
import type { Judgement, Setting } from '../family.ts'
import { rowsOf as rowsOfBatch } from '../../tools/shards/shards.ts'
import { sessionOf } from '../session-of.ts'
import { encodeTable, rowsOf } from './encode.ts'
import type { JudgeValues } from './judge-values.ts'
import type { RowsModel } from './model.ts'
import { partsOf } from './plan.ts'

/** The usual rows, terms of the bound, and rows at a time. */
const [usualItems, usualTerms, usualBatch] = [500, 100, 256]

/**
 * The bound of −log p of rows in nats, over the cells that are there: of numbers the density of their normal places (ties lie anywhere
 * in their intervals), of categories probabilities. Beside it stands what columns cost that are drawn independently of each other,
 * each by its own law in training: the difference is what the model knows of how they depend.
 */
export async function judgeBound(
  model: RowsModel,
  data: TableDataset,
  isHeldOut: boolean,
  { likelihoodItems = usualItems, terms = usualTerms, seed = 0, batch = usualBatch }: JudgeValues,
  setting: Setting,
): Promise<Judgement> {
  const { process } = model
  const items = Math.min(data.length, likelihoodItems)
  const indices = Array.from({ length: items }, (_, i) => Math.floor((i * data.length) / items))
  const rows = rowsOf(process, encodeTable(model.plan, data), indices, key(seed))
  rows.cells.forEach((cell, i) => {
    if (cell === given) rows.cells[i] = free
  })
  const size = Math.min(batch, items)
  using denoiser = await rowDenoiser(model, setting.engine, { ...sessionOf(setting), batch: size })
  const all = { total: [] as number[], numbers: [] as number[], categories: [] as number[] }
  for (let first = 0; first < items; first += size) {
    const now = Math.min(size, items - first)
    const found = await rowsOfBatch(setting.shards, { name: 'bounds', first, size, count: items }, async () => {
      const bound = await mixedBound(denoiser, someRows(process, rows, first, now), {
        terms: Number.isFinite(terms) ? terms : undefined,
        seed,
        firstItem: first,
        signal: setting.signal,
        onTerm: (done, total) =>
          setting.onProgress?.({ phase: 'bound', done: first + (now * done) / total, total: items }),
      })
      return { total: bound.total, numbers: bound.numbers, categories: bound.categories }
    })
    for (const name of ['total', 'numbers', 'categories'] as const) all[name].push(...(found?.[name] ?? []))
  }
  setting.shards?.requireAll()
  const alone = independentNats(model, rows, items)
  const [total, numbers, categories, independent] = [all.total, all.numbers, all.categories, alone].map(estimate) as [
    ReturnType<typeof estimate>,
    ReturnType<typeof estimate>,
    ReturnType<typeof estimate>,
    ReturnType<typeof estimate>,
  ]
  const text = ({ value, standardError = 0 }: typeof total): string =>
    `${value.toFixed(3)} ± ${standardError.toFixed(3)}`
  return {
    facts: { rows: items, heldOut: isHeldOut, nats: total, numbers, categories, independent, terms, seed },
    text: lines([
      ['data', `${items} ${isHeldOut ? 'held-out' : 'training'} rows`],
      ['nats/row', `${text(total)}: numbers ${numbers.value.toFixed(3)}, categories ${categories.value.toFixed(3)}`],
      ['bits/row', (total.value / Math.LN2).toFixed(3)],
      [
        'columns alone',
        `${text(independent)} nats/row: ${(independent.value - total.value).toFixed(3)} more than the bound`,
      ],
    ]),
    remarks: isHeldOut
      ? []
      : ['nothing was held out: this is how well it knows what it was trained on (`holdOut: 0.2` when training)'],
    howText: `${terms} terms of the bound, seed ${seed}`,
  }
}

/** −log p of rows whose columns are independent: normal places, and the shares of training, never less than a ten-thousandth. */
function independentNats(
  { plan, process }: RowsModel,
  { numbers, categories, cells }: MixedRows,
  count: number,
): number[] {
  const parts = partsOf(plan)
  const [n, c] = [process.numbers, process.columns.length]
  return Array.from({ length: count }, (_, row) => {
    let nats = 0
    for (let i = 0; i < n; i++) {
      if (cells[row * (n + c) + i] === free) nats += (Math.log(2 * Math.PI) + numbers[row * n + i]! ** 2) / 2
    }
    for (let i = 0; i < c; i++) {
      const share = parts.categories[i]!.shares[categories[row * c + i]!]!
      if (cells[row * (n + c) + n + i] === free) nats -= Math.log(Math.max(1e-4, share))
    }
    return nats
  })
}
