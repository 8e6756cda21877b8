/** Classes and captions that a file of many pictures says of them. */
import { TweedieError } from '../../../errors.ts'
import type { BesidePictures } from '../beside-pictures.ts'
import type { ArrayDataset } from '../dataset.ts'
import { classesOf } from '../from-array.ts'
import { classesByName } from './image-classes.ts'

/** Classes, and what is to be said of them. */
export interface SaidLabels {
  readonly classes: Pick<ArrayDataset, 'labels' | 'classNames'> | undefined
  readonly remarks: readonly string[]
}

/**
 * The classes of pictures: numbers by their names where the file has these, words in alphabetical order.
 *
 * @throws TweedieError `data` where a column is asked for, and does not say the class of every picture
 */
export async function saidClasses(
  name: string,
  beside: BesidePictures,
  images: readonly string[],
  column: string | number | undefined,
): Promise<SaidLabels> {
  const said = await beside.classes(images, column)
  const known = said?.values.filter((each) => each !== undefined) ?? []
  if (said === undefined || known.length < images.length) {
    const some =
      said && known.length > 0
        ? [`${said.from} passed over: of ${images.length} images ${known.length} have a class`]
        : []
    if (column === undefined) return { classes: undefined, remarks: some }
    throw new TweedieError('data', `${name}: no column ${JSON.stringify(column)} with the class of each image`, {
      hint: some[0],
    })
  }
  const remarks = [`${said.from} says the class of each image`]
  const { names } = said
  if (known.every((each) => typeof each === 'number')) {
    const data = Int32Array.from(known)
    return { classes: classesOf({ name, labels: { shape: [data.length], data, names } }), remarks }
  }
  return { classes: classesByName(known.map(String), names ?? []), remarks }
}

/**
 * The captions of pictures.
 *
 * @throws TweedieError `data` where there are none
 */
export async function saidCaptions(
  name: string,
  beside: BesidePictures,
  images: readonly string[],
  columns: readonly string[] | undefined,
): Promise<{ readonly captions: readonly (readonly string[])[]; readonly remarks: readonly string[] }> {
  const said = await beside.captions(images, columns)
  const without = said?.values.filter((texts) => texts.length === 0).length ?? images.length
  if (said === undefined || without === images.length) {
    throw new TweedieError('data', `${name}: the images have no captions`, {
      hint: 'in a .tar a .txt of the same name, or "caption" or "text" in a .json; in .parquet a column of that name, or `captionsFrom`',
    })
  }
  const some = without > 0 ? [`${without} of ${images.length} images have no caption`] : []
  return { captions: said.values, remarks: [`captions are from ${said.from}`, ...some] }
}
