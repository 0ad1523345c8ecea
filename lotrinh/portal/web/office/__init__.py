"""Pages of the provincial office: boards, lists, reviews, runs, reports, schedules."""
