/** A view of images, points and other numbers. */
import { shapeText, thousands } from '../../words.ts'
import { type ArrayDataset, itemSize } from '../data/dataset.ts'
import { namesOfKinds } from '../data/kinds.ts'
import { describe } from '../data/describe.ts'
import { loadBatch } from '../data/normalise.ts'
import { captionRows, describeCaptions } from './captions-view.ts'
import { isMoving } from './is-moving.ts'
import { movieOf } from './movie.ts'
import { pictureOf } from './picture.ts'
import { textPictureOf } from './text-picture.ts'
import { type Chosen, chosenOf, classText, type DataView } from './view.ts'

/** The most points in a plot; images, clouds and videos in a terminal; videos in a sheet. */
const most = { points: 5000, preview: 16, clouds: 6, videos: 3, sheet: 16 }

/** Images in a line of a terminal. */
const previewColumns = 8

/** Statistics of a data set, and its picture: a sheet of images, a plot of points. */
export function valuesView(dataset: ArrayDataset): DataView {
  const summary = describe(dataset)
  const { name, kind, shape, length, min, max, mean, std, nonFinite, skipped, classCounts, classNames } = summary
  const isImage = shape.length === 3
  const moves = isMoving(dataset)
  const isEach = isImage || kind === 'cloud' || moves
  const captions = dataset.captions && describeCaptions(dataset.captions)
  const items = ({ count, seed }: Chosen): Float32Array => {
    const indices = Int32Array.from(chosenOf(length, { seed, count: isEach ? count : most.points }))
    return loadBatch(dataset, indices, new Float32Array(indices.length * itemSize(shape)))
  }
  return {
    facts: {
      ...summary,
      ...(captions && { captions }),
      remarks: dataset.remarks ?? [],
      skippedFiles: dataset.skipped ?? [],
    },
    rows: [
      ['name', name],
      ['items', `${thousands(length)} ${namesOfKinds[kind]}`],
      ['shape', shapeText(shape)],
      [
        'frames a second',
        dataset.frameRate === undefined ? undefined : String(Number(dataset.frameRate.toPrecision(4))),
      ],
      ['range', `${Number(min.toPrecision(6))} … ${Number(max.toPrecision(6))}`],
      ['mean', numbers(mean)],
      ['std', numbers(std)],
      ['not finite', nonFinite > 0 ? thousands(nonFinite) : undefined],
      ['classes', classCounts && classText(classCounts, classNames)],
      ...(captions ? captionRows(captions, length) : []),
      ...(dataset.remarks ?? []).map((remark, i) => [i === 0 ? 'remarks' : '', remark] as const),
      ['skipped', skipped > 0 ? `${skipped} files` : undefined],
      ...(dataset.skipped ?? []).map(({ file, reason }) => [`  ${file}`, reason] as const),
    ],
    picture: ({ count, seed }) =>
      pictureOf(items({ count: moves ? Math.min(count, most.sheet) : count, seed }), dataset),
    ...(moves && { movie: (chosen: Chosen) => movieOf(items(chosen), dataset) }),
    preview({ count, seed }, { colors, width }) {
      const few = moves ? most.videos : kind === 'cloud' ? most.clouds : most.preview
      const shown = items({ count: Math.min(count, few), seed })
      return textPictureOf(shown, dataset, { colors, width, ...(isImage && { columns: previewColumns }) })
    },
  }
}

const numbers = (values: readonly number[]): string =>
  values.length > 8 ? `${values.length} values` : values.map((value) => Number(value.toPrecision(4))).join(', ')
