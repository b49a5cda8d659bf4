/**
 * A PostgreSQL adapter for oidc-provider, as its documentation describes: all models in one table, upsert by id, `consume` as one update,
 * an index for each kind of look-up, and prepared statements throughout.
 */
import type { Adapter, AdapterPayload } from 'oidc-provider'
import type pg from 'pg'

export const schema = `
  create table oidc_rows (model text, id text, payload jsonb not null, grant_id text, user_code text, uid text,
    expires_at timestamptz, consumed_at timestamptz, primary key (model, id));
  create index on oidc_rows (grant_id) where grant_id is not null;
  create unique index on oidc_rows (user_code) where user_code is not null;
  create unique index on oidc_rows (uid) where uid is not null;
  create index on oidc_rows (expires_at)`

type Row = { payload: AdapterPayload; consumed: number | null }

const columns = 'payload, extract(epoch from consumed_at)::int as consumed'
const living = '(expires_at is null or expires_at > now())'

function payloadOf({ rows }: pg.QueryResult<Row>): AdapterPayload | undefined {
  const [row] = rows
  if (!row) return undefined
  return row.consumed === null ? row.payload : { ...row.payload, consumed: row.consumed }
}

/** Returns an adapter class that uses `pool`. */
export const rowsOn = (pool: pg.Pool): (new (model: string) => Adapter) =>
  class implements Adapter {
    readonly model: string
    constructor(model: string) {
      this.model = model
    }
    async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
      const { grantId, userCode, uid } = payload
      await pool.query({
        name: 'upsert',
        text: `insert into oidc_rows (model, id, payload, grant_id, user_code, uid, expires_at)
          values ($1, $2, $3, $4, $5, $6, now() + $7 * interval '1 second')
          on conflict (model, id) do update set payload = excluded.payload, grant_id = excluded.grant_id,
            user_code = excluded.user_code, uid = excluded.uid, expires_at = excluded.expires_at`,
        values: [this.model, id, payload, grantId, userCode, uid, expiresIn],
      })
    }
    async find(id: string): Promise<AdapterPayload | undefined> {
      const text = `select ${columns} from oidc_rows where model = $1 and id = $2 and ${living}`
      return payloadOf(await pool.query<Row>({ name: 'find', text, values: [this.model, id] }))
    }
    async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
      const text = `select ${columns} from oidc_rows where user_code = $1 and ${living}`
      return payloadOf(await pool.query<Row>({ name: 'find_by_user_code', text, values: [userCode] }))
    }
    async findByUid(uid: string): Promise<AdapterPayload | undefined> {
      const text = `select ${columns} from oidc_rows where uid = $1 and ${living}`
      return payloadOf(await pool.query<Row>({ name: 'find_by_uid', text, values: [uid] }))
    }
    async consume(id: string): Promise<void> {
      const text = 'update oidc_rows set consumed_at = now() where model = $1 and id = $2'
      await pool.query({ name: 'consume', text, values: [this.model, id] })
    }
    async destroy(id: string): Promise<void> {
      const text = 'delete from oidc_rows where model = $1 and id = $2'
      await pool.query({ name: 'destroy', text, values: [this.model, id] })
    }
    async revokeByGrantId(grantId: string): Promise<void> {
      const text = 'delete from oidc_rows where model = $1 and grant_id = $2'
      await pool.query({ name: 'revoke', text, values: [this.model, grantId] })
    }
  }
