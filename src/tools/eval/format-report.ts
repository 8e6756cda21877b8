/** A report as a table for people. */
import type { Estimate } from '../metrics/features.ts'
import type { SceneRates } from './scene-judge.ts'
import type { ClassRecognition, CloudComparison, EvalReport, ImageComparison, PointComparison } from './report.ts'
import type { SetScores } from '../metrics/clouds/set-scores.ts'

/** The lines of a report; the first column says what, one column follows for each part of the data. */
export function formatReport(report: EvalReport): string {
  const { recognition, comparisons, memorisation, features, scenes } = report
  const blocks = [
    recognition && recognitionLines(recognition),
    scenes && sceneLines(scenes),
    columns([
      ['', ...comparisons.map(({ part, items }) => `${part} (${items})`)],
      ...(features ? imageRows(comparisons as readonly ImageComparison[]) : []),
      ...(features
        ? []
        : comparisons[0]?.kind === 'clouds'
          ? cloudRows(comparisons as readonly CloudComparison[])
          : pointRows(comparisons as readonly PointComparison[])),
    ]),
    memorisation &&
      columns([
        ['nearest training item', `${decimals(memorisation.ratio)} times as far as from a real item`],
        ['copies of training items', percent(memorisation.copies)],
      ]),
    `${report.samples} samples against ${report.data}${features ? `; ${features.dimension} features: ${features.name}` : ''}`,
    report.warnings.map((warning) => `warning: ${warning}`).join('\n'),
  ]
  return blocks.filter(Boolean).join('\n\n')
}

function recognitionLines({ rate, classifier, classes }: ClassRecognition): string {
  const summary = columns([
    ['recognised as their class', `${percent(rate.value)} ± ${percent(rate.standardError)}`],
    ['real ones, held back', `${percent(classifier.accuracy)} of ${classifier.heldOut}`],
  ])
  const each = classes
    .filter(({ samples }) => samples > 0)
    .map(({ name, samples, recognised }) => `${name} ${percent(recognised / samples, 0)}`)
  return `${summary}\n${wrap(each, '  ')}`
}

function sceneLines({ pictures, count, colour, form, place, all }: SceneRates): string {
  const row = (name: string, rate: Estimate | undefined): string[] =>
    rate ? [name, `${percent(rate.value)} ± ${percent(rate.standardError)}`] : []
  return columns(
    [
      [`of ${pictures} pictures by captions`, ''],
      row('  number right', count),
      row('  colours right', colour),
      row('  forms right', form),
      row('  places right', place),
      row('  all of it right', all),
    ].filter((cells) => cells.length > 0),
  )
}

function imageRows(parts: readonly ImageComparison[]): string[][] {
  const row = (name: string, value: (part: ImageComparison) => string): string[] => [name, ...parts.map(value)]
  return [
    row('Fréchet distance', ({ frechet }) => decimals(frechet.distance)),
    row('  without bias', ({ frechet }) =>
      estimate({ value: frechet.corrected, standardError: frechet.standardError }),
    ),
    row('kernel distance', ({ kernel }) => estimate(kernel)),
    row('precision', ({ precisionRecall }) => decimals(precisionRecall.precision)),
    row('recall', ({ precisionRecall }) => decimals(precisionRecall.recall)),
    row('density', ({ precisionRecall }) => decimals(precisionRecall.density)),
    row('coverage', ({ precisionRecall }) => decimals(precisionRecall.coverage)),
  ]
}

function pointRows(parts: readonly PointComparison[]): string[][] {
  const row = (name: string, value: (part: PointComparison) => string): string[] => [name, ...parts.map(value)]
  return [
    row('sliced Wasserstein distance', ({ slicedWasserstein }) => decimals(slicedWasserstein)),
    row('  between real points', ({ slicedWassersteinFloor }) => decimals(slicedWassersteinFloor)),
    row('energy distance', ({ energy }) => estimate(energy)),
  ]
}

function cloudRows(parts: readonly CloudComparison[]): string[][] {
  const row = (name: string, value: (part: CloudComparison) => string): string[] => [name, ...parts.map(value)]
  const share = ({ value, standardError }: Estimate): string =>
    `${(100 * value).toFixed(1)} ± ${(100 * standardError).toFixed(1)} %`
  const scores = (name: string, of: (part: CloudComparison) => SetScores | undefined): string[][] =>
    parts.every((part) => of(part) === undefined)
      ? []
      : [
          row(`1-NNA by ${name} (50 % is best)`, (part) => onKnown(of(part), (s) => share(s.nearestIsAlike))),
          row('  coverage', (part) => onKnown(of(part), (s) => percent(s.coverage))),
          row('  minimum matching distance', (part) => onKnown(of(part), (s) => decimals(s.minimumMatching))),
        ]
  return [
    ...scores('Chamfer', ({ chamfer }) => chamfer),
    ...scores("earth mover's", ({ earthMover }) => earthMover),
    ...scores('Chamfer, of real ones', ({ real }) => real),
    row('Jensen–Shannon divergence', ({ jensenShannon }) => `${decimals(jensenShannon)} bits`),
    row('compared', ({ compared }) => `${compared} with ${compared}`),
  ]
}

const onKnown = (scores: SetScores | undefined, text: (scores: SetScores) => string): string =>
  scores ? text(scores) : '–'

/** Rows of cells, the cells of a column below each other. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Words in lines of at most 100 characters. */
function wrap(words: readonly string[], indent: string): string {
  const lines: string[] = []
  for (const word of words) {
    const longer = lines.length > 0 ? `${lines.at(-1)} · ${word}` : ''
    if (longer !== '' && longer.length <= 100) lines[lines.length - 1] = longer
    else lines.push(indent + word)
  }
  return lines.join('\n')
}

const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`

/** Three significant digits; a dash for an unknown number. */
function decimals(value: number): string {
  if (!Number.isFinite(value)) return '–'
  return Math.abs(value) >= 1e-3 || value === 0 ? String(Number(value.toPrecision(3))) : value.toExponential(1)
}

/** A value with its standard error, both to the second digit of the error. */
function estimate({ value, standardError }: Estimate): string {
  if (!Number.isFinite(value) || !(standardError > 0)) return decimals(value)
  const digits = Math.min(8, Math.max(0, 1 - Math.floor(Math.log10(standardError))))
  return `${value.toFixed(digits)} ± ${standardError.toFixed(digits)}`
}
