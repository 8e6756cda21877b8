/** The documentation as it lies in the repository, in the folder that VitePress reads. */
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { root, stage, stagePublic } from '../paths.ts'
import { sourceFolders } from './source-names.ts'

/** Empties the stage, and copies the Markdown at the root all of `docs/` and what describes sources there, so that relative links hold. */
export function stageDocs(): void {
  rmSync(stage, { recursive: true, force: true })
  mkdirSync(stagePublic, { recursive: true })
  for (const name of readdirSync(root)) {
    if (name.endsWith('.md')) cpSync(root + name, stage + name)
  }
  cpSync(`${root}docs`, `${stage}docs`, { recursive: true })
  // A folder's README is its first page, but among the sources: there it is the list of files.
  for (const path of readdirSync(stage, { recursive: true, encoding: 'utf8' })) {
    if (basename(path) === 'README.md') renameSync(stage + path, join(stage, dirname(path), 'index.md'))
  }
  for (const folder of sourceFolders) {
    for (const path of readdirSync(root + folder, { recursive: true, encoding: 'utf8' })) {
      if (path.endsWith('.md') && !path.includes('node_modules'))
        cpSync(`${root}${folder}/${path}`, `${stage}${folder}/${path}`)
    }
  }
}
