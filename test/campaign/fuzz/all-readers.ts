/** Every reader that is tried. */
import { dataReaders } from './data-readers.ts'
import { largeReaders } from './large-readers.ts'
import { modelReaders } from './model-readers.ts'
import type { ModelName } from './models.ts'
import type { Reader } from './reader.ts'
import { serverReaders } from './server-readers.ts'
import { storedReaders } from './stored-readers.ts'
import { textReaders } from './text-readers.ts'

/** All readers; of models, those of some, or of every family. */
export async function allReaders(models?: readonly ModelName[]): Promise<readonly Reader[]> {
  return [
    ...dataReaders,
    ...largeReaders,
    ...textReaders,
    ...storedReaders(),
    ...serverReaders,
    ...(await modelReaders(models)),
  ]
}
