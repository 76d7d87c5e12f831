#include "report/write.h"
#include "base/file.h"
#include "base/mem.h"
#include "report/csv.h"
#include "report/page.h"
#include "report/plot.h"

#define TABLE_BYTES ((size_t)1 << 34)

static int write_table(const struct rep_figures *f, const char *dir, enum rep_table t)
{
	struct buf b;
	char *path = file_join(dir, rep_table_name(t));
	buf_init(&b, TABLE_BYTES);
	rep_table_write(&b, f, t);
	int rc = file_write(path, b.data, b.len);
	buf_release(&b);
	mem_free(path);
	return rc;
}

static int write_page(const struct rep_figures *f, const char *dir)
{
	struct buf b;
	char *path = file_join(dir, "index.html");
	buf_init(&b, (size_t)1 << 30);
	int rc = rep_page_write(&b, f);
	if (!rc)
		rc = file_write(path, b.data, b.len);
	buf_release(&b);
	mem_free(path);
	return rc;
}

static int write_plots(const struct rep_figures *f, const char *dir)
{
	char *plots = file_join(dir, "plots");
	int rc = file_mkdirs(plots);
	for (int p = 0; !rc && p < REP_N_PLOTS; p++) {
		bool drawn;
		rc = rep_plot_write(f, (enum rep_plot)p, rep_plot_task(f), plots, &drawn);
	}
	mem_free(plots);
	return rc;
}

int rep_write(const struct rep_figures *f, const char *dir, bool plots)
{
	int rc = file_mkdirs(dir);
	for (int t = 0; !rc && t < REP_N_TABLES; t++)
		rc = write_table(f, dir, (enum rep_table)t);
	if (!rc)
		rc = write_page(f, dir);
	if (!rc && plots)
		rc = write_plots(f, dir);
	return rc;
}
