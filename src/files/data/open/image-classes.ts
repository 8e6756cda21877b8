/** The classes of images: the first folders below the root. */
import { TweedieError } from '../../../errors.ts'

/** Labels and their names; both undefined without classes. */
export interface ImageClasses {
  readonly labels?: Int32Array
  readonly classNames?: readonly string[]
}

/**
 * Numbers for names, in alphabetical order; `trained`, the names of the training split, come first, so that every split
 * has the same numbers.
 */
export function classesByName(names: readonly string[], trained: readonly string[] = []): ImageClasses {
  const classNames = [...new Set([...trained.toSorted(), ...names.toSorted()])]
  const numbers = new Map(classNames.map((name, i) => [name, i]))
  return { classNames, labels: Int32Array.from(names, (name) => numbers.get(name)!) }
}

/**
 * @param files paths relative to the set's folder
 * @param depth folders that are no classes, such as `train/`
 * @param trained files of the training split, if `files` are another one
 * @param wanted whether there must be classes
 * @throws TweedieError `data` if images lie beside folders of classes, or classes are required and there are none
 */
export function classesByFolder(
  folder: string,
  files: readonly string[],
  depth: number,
  wanted: boolean | undefined,
  trained: readonly string[] = [],
): ImageClasses {
  const folders = files.map((file) => classFolder(file, depth))
  const known = [...new Set(trained.map((file) => classFolder(file, depth)))].filter((name) => name !== '')
  const names = [...new Set(folders)].sort()
  if (names.length < 2 && !((wanted || known.length > 1) && names[0] !== '')) {
    if (wanted) throw new TweedieError('data', `${folder}: no sub-folders, so no classes`)
    return {}
  }
  if (names[0] === '') {
    throw new TweedieError('data', `${folder}: some images lie in sub-folders (${names[1]}) and some beside them`, {
      hint: 'move every image into the folder of its class, or read the set without labels',
    })
  }
  return classesByName(folders, known)
}

const classFolder = (file: string, depth: number): string => file.split('/').slice(depth, -1)[0] ?? ''
