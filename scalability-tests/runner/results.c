/* results.c - the folder of one sweep
 * SPDX-License-Identifier: MIT */
#include "results.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static FILE *open_in(const char *folder, const char *name)
{
	char *path = text_format("%s/%s", folder, name);
	FILE *file = fopen(path, "w");

	if (!file)
		complain("cannot write %s: %s", path, strerror(errno));
	free(path);
	return file;
}

/* Two sweeps in one second get two folders. */
static char *make_folder(const char *build)
{
	time_t now = time(NULL);
	char stamp[32];
	char *folder = text_format("%s/results", build);

	mkdir(build, 0777);
	mkdir(folder, 0777);
	free(folder);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H-%M-%S", localtime(&now));
	folder = text_format("%s/results/%s", build, stamp);
	for (int i = 2; mkdir(folder, 0777); i++) {
		if (errno != EEXIST) {
			complain("cannot make the folder %s: %s; BUILD=folder chooses where", folder, strerror(errno));
			free(folder);
			return NULL;
		}
		free(folder);
		folder = text_format("%s/results/%s-%d", build, stamp, i);
	}
	return folder;
}

int results_open(struct results *results, const char *build)
{
	char *logs;

	*results = (struct results){ .folder = make_folder(build) };
	if (!results->folder)
		return -1;
	logs = text_format("%s/logs", results->folder);
	mkdir(logs, 0777);
	free(logs);
	results->csv = open_in(results->folder, "results.csv");
	results->report = open_in(results->folder, "report.txt");
	if (!results->csv || !results->report)
		return -1;
	fputs("test,system,composition,machine,mode,cores,metric,value,unit,min,max,repetitions\n", results->csv);
	return fflush(results->csv) ? complain("cannot write to %s: %s", results->folder, strerror(errno)) : 0;
}

static void flush(struct results *results, FILE *file, const char *name)
{
	if (!fflush(file) || results->broken)
		return;
	results->broken = 1;
	complain("cannot write to %s/%s: %s", results->folder, name, strerror(errno));
}

static const char *composition_name(const struct point *point)
{
	return point->composition ? point->composition->name : "-";
}

static void put_field(FILE *out, const char *text)
{
	if (!text[strcspn(text, ",\"\n")]) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text; text++)
		fputs(*text == '"' ? "\"\"" : (char[]){ *text, 0 }, out);
	fputc('"', out);
}

void results_rows(struct results *results, const struct point *point, const char *machine, const struct answer *answer)
{
	const struct readings *readings = answer->readings;
	unsigned int repetitions = answer->repetitions;

	for (size_t i = 0; i < readings[0].count; i++) {
		const struct reading *first = &readings[0].list[i];
		double sum = 0, least = first->value, most = first->value;

		for (unsigned int r = 0; r < repetitions; r++) {
			double value = readings[r].list[i].value;

			sum += value;
			least = value < least ? value : least;
			most = value > most ? value : most;
		}
		fputs(point->test->name, results->csv);
		if (first->distance != NO_DISTANCE)
			fprintf(results->csv, "_distance_%d", first->distance);
		fprintf(results->csv, ",%s,%s,", point->system == LINUX ? "linux" : "tessera", composition_name(point));
		put_field(results->csv, machine);
		fprintf(results->csv, ",%s,%u,%s,%.10g,%s,%.10g,%.10g,%u\n", mode_names[point->mode], point->cores,
			metric_names[first->metric], sum / repetitions, first->unit, least, most, repetitions);
		results->rows++;
	}
	flush(results, results->csv, "results.csv");
}

void results_note(struct results *results, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vfprintf(results->report, format, list);
	va_end(list);
	fputc('\n', results->report);
	flush(results, results->report, "report.txt");
}

static void move_latest(const struct results *results, const char *build)
{
	char *fresh = text_format("%s/results/latest.%d", build, (int)getpid());
	char *latest = text_format("%s/results/latest", build);

	if (symlink(strrchr(results->folder, '/') + 1, fresh) || rename(fresh, latest))
		complain("cannot make %s: %s", latest, strerror(errno));
	free(fresh);
	free(latest);
}

void results_finish(struct results *results, const char *build, int complete)
{
	if (fclose(results->csv) || fclose(results->report))
		complain("%s is not whole: %s", results->folder, strerror(errno));
	if (complete)
		move_latest(results, build);
	free(results->folder);
}
