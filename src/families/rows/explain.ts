/** Training runs on tables, and models of them, in words. */
import type { TableDataset } from '../../files/data/table.ts'
import { thousands } from '../../words.ts'
import { describeModel } from '../describe-model.ts'
import { explainRun } from '../explain-run.ts'
import type { Description, Row } from '../family.ts'
import type { RowsModel } from './model.ts'
import { partsOf, planOf, type TablePlan } from './plan.ts'
import type { RowsTrainSpec } from './spec.ts'

/** The data, the network, and how cells are lost. */
export function explain(spec: RowsTrainSpec, data: TableDataset): readonly Row[] {
  const plan = planOf(data)
  return [
    ...explainRun(data, spec.network, {
      data: `${thousands(data.length)} rows of ${plan.length} columns`,
      objective: `v of numbers + ${spec.categoryWeight} × the bound of categories, ${processText(spec.process)}`,
    }),
    ...columnRows(plan),
  ]
}

/** Data, columns, the noise. */
export function describe(model: RowsModel): Description {
  const { meta, plan, process } = model
  return describeModel(model, {
    rows: [
      ['data', `${meta.data.name}: a table of ${plan.length} columns`],
      ...columnRows(plan),
      ['target', model.target],
    ],
    noise: { facts: { process: meta.process }, text: processText(process.spec) },
  })
}

function processText({ noise, categories }: RowsTrainSpec['process']): string {
  const name = 'table' in noise ? noise.table : noise.schedule
  return `${name} noise; ${categories.kernel} kernel, ${categories.schedule}; continuous time`
}

function columnRows(plan: TablePlan): readonly Row[] {
  const { numbers, categories } = partsOf(plan)
  const constant = plan.filter(({ kind }) => kind === 'constant')
  const list = (names: readonly string[]): string | undefined =>
    names.length === 0 ? undefined : `${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}`
  return [
    ['numbers', list(numbers.map(({ name }) => name))],
    ['categories', list(categories.map(({ name, values }) => `${name} (${values.length})`))],
    ['constant', list(constant.map(({ name }) => name))],
  ]
}
