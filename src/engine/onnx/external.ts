/** Constants of a model that lie in other files. */
import { TweedieError } from '../../errors.ts'
import type { GraphFile } from '../graph/ops.ts'
import { type ModelProto, tensorBytes, type TensorProto } from './proto/model.ts'

/** The setting of a session that names the folder in which the runtime looks for these files. */
export const folderSetting = 'session.model_external_initializers_file_folder_path'

/**
 * The model with the contents of other files in it, where they are known; where they lie in a folder of a disk, the runtime reads
 * them from there when it makes a session with {@link folderSetting}, and they take no memory here.
 *
 * @throws TweedieError `model` where a file is missing or too short
 */
export function withExternal(model: ModelProto, file: Pick<GraphFile, 'name' | 'external'>): ModelProto {
  const { graph } = model
  const within = (tensor: TensorProto): TensorProto => {
    if (tensor.external === undefined) return tensor
    const { location, offset = 0, length = tensorBytes(tensor.dtype, tensor.shape) } = tensor.external
    const { external } = file
    if (external && 'folder' in external) return tensor
    const content = external?.files.get(location)
    if (content === undefined) {
      throw new TweedieError('model', `${file.name}: its weights lie in ${location}, which is not there`, {
        hint: 'fetch all files of the model: this one belongs beside it',
      })
    }
    if (offset + length > content.length || length !== tensorBytes(tensor.dtype, tensor.shape)) {
      throw new TweedieError('model', `${location}: ${tensor.name} of ${file.name} does not fit into it`, {
        hint: 'fetch both files again: they belong to one another',
      })
    }
    const { name, dtype, shape } = tensor
    return { name, dtype, shape, bytes: content.subarray(offset, offset + length) }
  }
  if (!graph.initializers.some(({ external }) => external)) return model
  return { ...model, graph: { ...graph, initializers: graph.initializers.map(within) } }
}

/** The names of the other files that a model needs. */
export function externalFiles({ graph }: ModelProto): readonly string[] {
  return [...new Set(graph.initializers.flatMap(({ external }) => (external ? [external.location] : [])))]
}
