/** The documentation as it lies in the repository, in the folder that VitePress reads. */
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { root, stage, stagePublic } from '../paths.ts'

/** Empties the stage, and copies the Markdown at the root and all of `docs/` there, so that relative links hold. */
export function stageDocs(): void {
  rmSync(stage, { recursive: true, force: true })
  mkdirSync(stagePublic, { recursive: true })
  for (const name of readdirSync(root)) {
    if (name.endsWith('.md')) cpSync(root + name, stage + name)
  }
  cpSync(`${root}docs`, `${stage}docs`, { recursive: true })
  // A folder's README is its first page.
  for (const path of readdirSync(stage, { recursive: true, encoding: 'utf8' })) {
    if (basename(path) === 'README.md') renameSync(stage + path, join(stage, dirname(path), 'index.md'))
  }
}
