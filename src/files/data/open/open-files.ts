/** Opens files and folders as data sets. */
import { TweedieError } from '../../../errors.ts'
import type { ArrayDataset } from '../dataset.ts'
import { type FileTree, folderOf, lastPart, within } from '../file-tree.ts'
import { parseCifar10, parseCifar10Meta } from '../formats/cifar10.ts'
import { parseCsv } from '../formats/csv.ts'
import { isIdx, parseIdx } from '../formats/idx.ts'
import { mayBeShape } from '../formats/mesh/parse-mesh.ts'
import { isNpy, parseNpy, parseNpyLabels } from '../formats/npy.ts'
import { isZip, npzNames, parseNpz } from '../formats/npz.ts'
import { datasetFromArray } from '../from-array.ts'
import type { NdArray } from '../nd-array.ts'
import {
  type OpenDatasetOptions,
  pictureWishes,
  refuseWishes,
  stillWishes,
  videoWishes,
  wantsVideos,
} from './dataset-options.ts'
import { readImageFolder } from './image-folder.ts'
import { listImages } from './list-images.ts'
import { isVideoFile } from './list-videos.ts'
import { readVideos } from './read-videos.ts'
import { hasShapes, readShapeFolder } from './shape-folder.ts'
import { openLargeArray } from './open-large-array.ts'
import { datasetFromNpz, npzArchive } from './open-npz.ts'

export { parseCategoricalCsv } from '../formats/categorical-csv.ts'
export { readTable } from '../formats/read-table.ts'
export { openFields } from './open-fields.ts'
export { isZip, npzNames } from '../formats/npz.ts'
export { isCorpus } from './corpus-files.ts'
export { readCorpus } from './read-corpus.ts'
export { openShards } from './open-shards.ts'

/** @throws TweedieError `data` for what is broken or of no known format */
export function openFiles(
  tree: FileTree,
  kind: 'file' | 'folder',
  path: string,
  name: string,
  options: OpenDatasetOptions,
): Promise<ArrayDataset> {
  return (kind === 'folder' ? openFolder : openFile)(tree, path, name, options)
}

async function openFolder(
  tree: FileTree,
  folder: string,
  name: string,
  options: OpenDatasetOptions,
): Promise<ArrayDataset> {
  const { split = 'train' } = options
  const files = (await tree.list(folder)).entries.map((entry) => entry.name).sort()
  const idx = files.filter((file) => /images[-.]idx3/.test(file))
  if (idx.length > 0) {
    const marks = split === 'train' ? /^train/ : /^(?:t10k|test)/
    const chosen = idx.find((file) => marks.test(file)) ?? idx.find((file) => file.startsWith('images'))
    if (!chosen) throw new TweedieError('data', `${folder}: no ${split} images among ${idx.join(', ')}`)
    return openFile(tree, within(folder, chosen), name, options)
  }
  const batches = files.filter((file) => (split === 'train' ? /^data_batch_\d+\.bin$/ : /^test_batch\.bin$/).test(file))
  if (batches.length > 0) return openCifar10(tree, folder, batches, files, name, options)
  const pictured = wantsVideos(options) ? openVideos : openImages
  const clouds = options.points !== undefined || options.as === 'clouds'
  if (await hasShapes(tree, folder, clouds)) return readShapeFolder(tree, folder, name, options)
  const arrays = files.filter((file) => /\.(?:npy|npz|csv|tsv)(?:\.gz)?$/.test(file) && !/^(?:labels|y)\./.test(file))
  // If there are pictures they are the data, and tables beside them describe the pictures.
  if (arrays.length > 0 && (await listImages(tree, folder)).images.length > 0)
    return pictured(tree, folder, name, options)
  if (arrays.length === 1) return openFile(tree, within(folder, arrays[0]!), name, options)
  if (arrays.length > 1) {
    throw new TweedieError('data', `${folder}: more than one data file: ${arrays.slice(0, 8).join(', ')}`, {
      hint: 'name the file',
    })
  }
  return pictured(tree, folder, name, options)
}

function openImages(tree: FileTree, folder: string, name: string, options: OpenDatasetOptions): Promise<ArrayDataset> {
  refuseWishes(folder, options, ['frameStride'], 'videos: `frames` says that they are')
  return readImageFolder(tree, folder, name, options)
}

async function openVideos(
  tree: FileTree,
  path: string,
  name: string,
  options: OpenDatasetOptions,
  kind: 'file' | 'folder' = 'folder',
): Promise<ArrayDataset> {
  refuseWishes(path, options, stillWishes, 'images, not for videos')
  return readVideos(tree, path, kind, name, options)
}

async function openFile(
  tree: FileTree,
  path: string,
  name: string,
  options: OpenDatasetOptions,
): Promise<ArrayDataset> {
  if (isVideoFile(path)) return openVideos(tree, path, name, options, 'file')
  refuseWishes(path, options, pictureWishes, 'a folder of images')
  const large = await openLargeArray(tree, path, name, options, () => labelsBeside(tree, path, options)).catch(
    (error: unknown) => {
      throw error instanceof TweedieError ? inFile(path, name, error) : error
    },
  )
  if (large) return large
  const bytes = await tree.read(path, options.maxBytes, options.signal)
  if (bytes.length === 0) throw new TweedieError('data', `${path}: no known format: the file is empty`)
  try {
    const isArray = isNpy(bytes) || isZip(bytes) || isIdx(bytes)
    refuseWishes(path, options, isArray ? ['labelColumn'] : ['as'], isArray ? 'a table' : 'arrays')
    const { frames, frameStride, stride } = options
    const as = options.points === undefined ? options.as : 'clouds'
    if (isNpy(bytes))
      return datasetFromArray(parseNpy(bytes), {
        name,
        as,
        points: options.points,
        evenly: options.evenly,
        normalise: options.normalise,
        frames,
        frameStride,
        stride,
        labels: await labelsBeside(tree, path, options),
      })
    if (isZip(bytes))
      return await datasetFromNpz(npzArchive(bytes, options.maxBytes), name, () => labelsBeside(tree, path, options), {
        ...options,
        as,
      })
    refuseWishes(path, options, videoWishes, 'videos')
    if (isIdx(bytes)) return fromIdx(parseIdx(bytes), name, await labelsBeside(tree, path, options))
    if (/\.bin(?:\.gz)?$/i.test(path)) return parseCifar10([bytes], name)
    if (/\.(?:csv|tsv|txt|data|dat)(?:\.gz)?$/i.test(path))
      return parseCsv(bytes, { name, labels: options.labelColumn })
  } catch (error) {
    if (!(error instanceof TweedieError)) throw error
    throw inFile(path, name, error)
  }
  if (mayBeShape(path)) {
    throw new TweedieError('data', `${path}: no known format of a data set: it may be one shape`, {
      hint: 'open the folder that it is in',
    })
  }
  const isImage = /\.(?:png|jpe?g|webp|gif|tiff?|avif)$/i.test(path)
  throw new TweedieError('data', `${path}: ${isImage ? 'one image is no data set' : 'no known format'}`, {
    hint: isImage
      ? 'open the folder that it is in'
      : 'IDX, CIFAR-10 (.bin), .npy, .npz, .csv, a folder of images; texts as .txt, .md, .jsonl, .json, any file as text with `tokens: bytes`',
  })
}

/** The error with the file's path in front, in place of the data set's name. */
function inFile(path: string, name: string, cause: TweedieError): TweedieError {
  const { code, message, hint } = cause
  const problem = message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message
  return new TweedieError(code, `${path}: ${problem}`, { hint, cause })
}

/** Images and their labels; ten classes are the digits, as in MNIST. */
function fromIdx(images: NdArray, name: string, labels: NdArray | undefined): ArrayDataset {
  const digits =
    labels && Array.from(labels.data as ArrayLike<number | bigint>, Number).every((label) => label >= 0 && label < 10)
  return datasetFromArray(images, { name, labels, ...(digits && { classNames: [...'0123456789'] }) })
}

async function openCifar10(
  tree: FileTree,
  folder: string,
  batches: string[],
  files: string[],
  name: string,
  { maxBytes, signal }: OpenDatasetOptions,
): Promise<ArrayDataset> {
  const contents: Uint8Array[] = []
  for (const file of batches) contents.push(await tree.read(within(folder, file), maxBytes, signal))
  if (!files.includes('batches.meta.txt')) return parseCifar10(contents, name)
  const meta = await tree.read(within(folder, 'batches.meta.txt'), 0x1_0000, signal)
  return parseCifar10(contents, name, parseCifar10Meta(new TextDecoder().decode(meta)))
}

/**
 * The labels that lie beside a file, by the usual names: `train-images-idx3-ubyte.gz` and `train-labels-idx1-ubyte.gz`,
 * `images.npy` and `labels.npy`, `x.npy` and `y.npy`; packed or not.
 */
async function labelsBeside(tree: FileTree, path: string, options: OpenDatasetOptions): Promise<NdArray | undefined> {
  if (options.labels === false) return undefined
  const file = lastPart(path)
  const plain = file.replace(/\.gz$/, '')
  const names = [
    plain.replace(/images|imgs/, 'labels').replace('idx3', 'idx1'),
    plain.replace(/^(?:images|x|data)\./, 'labels.'),
    plain.replace(/^(?:images|x|data)\./, 'y.'),
  ].filter((name) => name !== plain)
  const present = new Set((await tree.list(folderOf(path))).entries.map((entry) => entry.name))
  const found = names.flatMap((name) => [name, `${name}.gz`]).find((name) => present.has(name))
  if (!found) {
    if (options.labels) throw new TweedieError('data', `no labels beside it: looked for ${names.join(', ')}`)
    return undefined
  }
  const bytes = await tree.read(within(folderOf(path), found), options.maxBytes, options.signal)
  if (isZip(bytes)) return Object.values(parseNpz(bytes, { labels: npzNames(bytes) }))[0]
  return isNpy(bytes) ? parseNpyLabels(bytes) : parseIdx(bytes)
}
