/** Takes structures that have coordinates and are resolved well enough, and counts their atoms and chains. */
import { atomsOf } from './mmcif.mjs'
import { forEachRecord, Reject, readConfig, readStructure } from './records.mjs'

const { worst_resolution = 4 } = readConfig()

await forEachRecord(({ id, metadata }) => {
  if (metadata.resolution > worst_resolution) throw new Reject(`The resolution is worse than ${worst_resolution} Å`)
  const atoms = atomsOf(readStructure(id))
  if (atoms.length === 0) throw new Reject('The file has no atoms')
  return [{ atom_count: atoms.length, chain_count: new Set(atoms.map(({ chain }) => chain)).size }]
})
