/** A view of text, maps, tables and images of few levels. */
import { shapeText, thousands } from '../../words.ts'
import { type CategoricalDataset, loadTokens } from '../data/categorical.ts'
import { itemSize } from '../data/dataset.ts'
import { describeTokens, type VariableSummary } from '../data/describe-tokens.ts'
import type { Raster } from '../io/raster.ts'
import { previewText } from '../io/terminal.ts'
import { isPicture, tokenPictureOf } from './token-picture.ts'
import { type Chosen, chosenOf, classText, type DataView } from './view.ts'

/** The most items in a terminal, and in a line of it. */
const preview = { count: 16, columns: 8 }

/** How often each token occurs; for maps and levels also a picture. */
export function tokensView(dataset: CategoricalDataset): DataView {
  const { vocabulary, shape, categories } = dataset
  const { name, tokens, length, variables, classCounts, classNames, ...rest } = describeTokens(dataset)
  const isText = vocabulary.kind === 'text'
  const unit = isText && vocabulary.tokenizer.kind !== 'hub' ? vocabulary.tokenizer.kind : 'tokens'
  // a text is not cut into windows here
  const items = isText ? { kind: rest.kind, vocabulary: rest.vocabulary } : { ...rest, length }
  const facts = {
    name,
    ...items,
    tokens,
    categories,
    variables,
    classNames,
    classCounts,
    remarks: dataset.remarks ?? [],
  }
  const rows: DataView['rows'] = [
    ['name', name],
    isText ? ['text', `${thousands(tokens)} ${unit}`] : ['items', thousands(length)],
    ['shape', isText ? undefined : shapeText(shape)],
    ...variables.flatMap((variable) => rowsOf(variable, categories)),
    ['classes', classCounts && classText(classCounts, classNames)],
    ...(dataset.remarks ?? []).map((remark, i) => [i === 0 ? 'remarks' : '', remark] as const),
  ]
  if (!isPicture(dataset) || shape.length === 1) return { facts, rows }
  const picture = (chosen: Chosen, columns?: number): Raster => {
    const size = itemSize(shape)
    const starts = Array.from(chosenOf(length, chosen), (index) => index * size)
    const shown = loadTokens(dataset, starts, new Int32Array(starts.length * size))
    return tokenPictureOf(dataset, shown, categories, columns === undefined ? {} : { columns })
  }
  return {
    facts,
    rows,
    picture: (chosen) => picture(chosen),
    preview({ count, seed }, { colors, width }) {
      const raster = picture({ count: Math.min(count, preview.count), seed }, preview.columns)
      return previewText(raster, { colors, columns: width })
    },
  }
}

function rowsOf({ name, occurring, entropy, frequent }: VariableSummary, categories: number): [string, string][] {
  const shares = frequent.map((each) => `${shown(each.name)} ${(100 * each.share).toFixed(1)} %`).join(', ')
  const bits = `${entropy.toFixed(2)} bits each`
  const more = occurring > frequent.length ? ', …' : ''
  if (name !== undefined) return [[name, `${occurring}: ${shares}${more}; ${bits}`]]
  const known =
    occurring === categories ? `${thousands(categories)}` : `${thousands(categories)}, ${thousands(occurring)} occur`
  return [
    ['vocabulary', known],
    ['frequent', `${shares}${more}`],
    ['alone', `${bits}, by how often they occur`],
  ]
}

/** A name that cannot be mistaken: white space in quotes. */
const shown = (name: string): string => (/^[^\s"]+$/.test(name) ? name : JSON.stringify(name))
