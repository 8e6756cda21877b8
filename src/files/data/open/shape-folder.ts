/** Files of shapes as clouds: a folder of them, sub-folders being classes. */
import { isTweedieError, TweedieError } from '../../../errors.ts'
import { throwIfAborted } from '../../../interrupted.ts'
import { fold, key } from '../../../engine/random/index.ts'
import { cloudDataset } from '../clouds/cloud-dataset.ts'
import { cloudOfMesh } from '../clouds/cloud-of-mesh.ts'
import type { ArrayDataset, SkippedFile } from '../dataset.ts'
import { type FileTree, within } from '../file-tree.ts'
import { isShapeName, mayBeShape, parseMesh } from '../formats/mesh/parse-mesh.ts'
import type { OpenDatasetOptions } from './dataset-options.ts'
import { classesByFolder } from './image-classes.ts'
import { filesOfSplit } from './splits.ts'

/** Points of a cloud, unless told otherwise. */
export const usualPoints = 256

/** Whether a folder, or one in it, has files of shapes. @param asked whether clouds are asked for: then texts of numbers count too */
export async function hasShapes(tree: Pick<FileTree, 'list'>, folder: string, asked: boolean): Promise<boolean> {
  return (await listShapes(tree, folder)).some(asked ? mayBeShape : isShapeName)
}

/**
 * Reads a folder of shapes: OBJ, OFF, PLY, STL, texts of points. Points on a surface are drawn by the name of the file, so that a shape has the same in every set.
 *
 * @returns clouds; files that are broken, or have too few points, are in `skipped`
 * @throws TweedieError `data` where no file can be read, or shapes lie in the plane and in space; `interrupted`
 */
export async function readShapeFolder(
  tree: Pick<FileTree, 'list' | 'read'>,
  folder: string,
  name: string,
  options: OpenDatasetOptions,
): Promise<ArrayDataset> {
  const { points = usualPoints, evenly, normalise, signal, onProgress } = options
  const all = await listShapes(tree, folder)
  const named = all.filter(isShapeName)
  // Texts beside shapes are notes; texts alone are the shapes.
  const files = named.length > 0 ? named : all.filter(mayBeShape)
  const split = filesOfSplit(files, options.split)
  const skipped: SkippedFile[] = []
  const kept: string[] = []
  const clouds: Float32Array[] = []
  const remarks = new Map<string, number>()
  const remark = (text: string): void => void remarks.set(text, (remarks.get(text) ?? 0) + 1)
  let coordinates: number | undefined
  for (const [i, file] of split.files.entries()) {
    throwIfAborted(signal)
    const bytes = await tree.read(within(folder, file), options.maxBytes, signal)
    try {
      const mesh = parseMesh(bytes, file)
      if ((coordinates ??= mesh.coordinates) !== mesh.coordinates) {
        throw new TweedieError(
          'data',
          `points of ${mesh.coordinates} coordinates, and of ${coordinates} in files before`,
        )
      }
      clouds.push(cloudOfMesh(mesh, { points, evenly, normalise }, fold(key(0), 'shape', file)))
      kept.push(file)
      mesh.remarks.forEach(remark)
      if (mesh.triangles.length === 0) remark('there are no faces: its points are taken as they are')
    } catch (error) {
      if (!isTweedieError(error, 'data')) throw error
      skipped.push({ file, reason: error.message })
    }
    onProgress?.(i + 1, split.files.length)
  }
  if (clouds.length === 0) throw noShapes(folder, skipped)
  const data = new Float32Array(clouds.length * clouds[0]!.length)
  clouds.forEach((cloud, i) => data.set(cloud, i * cloud.length))
  const classes =
    options.labels === false ? {} : classesByFolder(folder, kept, split.depth, options.labels, split.trained)
  return cloudDataset({
    name,
    data,
    points,
    coordinates: coordinates!,
    skipped,
    remarks: [
      ...split.remarks.map((text) => text.replaceAll(/ images\b/g, ' files')),
      ...(options.points === undefined ? [`${points} points of each shape: \`points\` chooses another number`] : []),
      normalise === 'shape'
        ? 'each shape is moved and scaled to mean 0 and standard deviation 1'
        : 'shapes keep their places and sizes: `normalise: shape` makes each alike',
      ...(normalise === 'shape' ? [] : sizesRemark(clouds)),
      ...Array.from(remarks, ([text, count]) => `of ${count} file${count > 1 ? 's' : ''}: ${text}`),
    ],
    ...classes,
  })
}

/** A remark where sizes are so different that one network can hardly see both. */
function sizesRemark(clouds: readonly Float32Array[]): string[] {
  const sizes = clouds.map((cloud) => cloud.reduce((most, value) => Math.max(most, Math.abs(value)), 0))
  const [least, most] = [sizes, sizes].map((each, i) =>
    each.reduce((a, b) => (i === 0 ? Math.min(a, b) : Math.max(a, b))),
  )
  return most! > 10 * least!
    ? [`the largest shape is ${Math.round(most! / least!)} times the smallest: \`normalise: shape\``]
    : []
}

/** All files that may be shapes, sorted, below a folder; hidden ones are left out. */
async function listShapes(tree: Pick<FileTree, 'list'>, folder: string): Promise<string[]> {
  const found: string[] = []
  const visited = new Set<string>()
  const walk = async (relative: string): Promise<void> => {
    const { identity, entries } = await tree.list(relative === '' ? folder : within(folder, relative))
    if (visited.has(identity)) return
    visited.add(identity)
    for (const { name, kind } of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (name.startsWith('.') || name === '__MACOSX') continue
      const path = relative === '' ? name : `${relative}/${name}`
      if (kind === 'folder') await walk(path)
      else if (mayBeShape(name)) found.push(path)
    }
  }
  await walk('')
  return found
}

function noShapes(folder: string, skipped: readonly SkippedFile[]): TweedieError {
  const [first] = skipped
  const problem = first ? `none of ${skipped.length} shapes can be used: ${first.file}: ${first.reason}` : 'no shapes'
  return new TweedieError('data', `${folder}: ${problem}`, { hint: 'OBJ, OFF, PLY, STL, and texts of points are read' })
}
