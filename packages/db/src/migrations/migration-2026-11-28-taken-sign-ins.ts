/** A sign-in under way stays until it is finished, marked as taken, so that an operator can end it while a provider is asked (L10). */
import { Migration } from '@mikro-orm/migrations'

export class MigrationTakenSignIns extends Migration {
  override up(): void {
    this.addSql('alter table login_transactions add column taken boolean not null default false')
  }
}
